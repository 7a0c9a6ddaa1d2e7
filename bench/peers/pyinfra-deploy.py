# What Pulumi's state has, by pyinfra's own operations. Reads work.json, which bench/peers/peers.ts writes.
import json
import shlex
from io import StringIO
from pathlib import Path

from pyinfra import host
from pyinfra.api import operation
from pyinfra.facts.server import Command
from pyinfra.operations import docker, files

work = json.loads((Path(__file__).parent / "work.json").read_text())


@operation()
def ufw_rule(rule):
    """pyinfra has none for UFW; like its own, this one asks first and changes what differs."""
    added = host.get_fact(Command, command="ufw show added")
    words = shlex.split(rule)
    if " ".join(words) not in [" ".join(shlex.split(line)[1:]) for line in added.splitlines() if line.startswith("ufw ")]:
        yield f"ufw {rule}"


# A loop of its own, because the hosts have different work and pyinfra orders each turn across all of them.
for item in host.loop(work[host.name]):
    kind = item["kind"]
    if kind == "folder":
        files.directory(name=item["path"], path=item["path"], present=True, _sudo=True)
    elif kind == "file":
        files.put(name=item["path"], src=StringIO(item["content"]), dest=item["path"], mode="644", _sudo=True)
    elif kind == "rule":
        ufw_rule(name=item["rule"], rule=item["rule"], _sudo=True)
    elif kind == "network":
        docker.network(name=item["name"], network=f"peer-{item['name']}", present=True, _sudo=True)
    elif kind == "volume":
        docker.volume(name=item["name"], volume=f"peer-{item['name']}", present=True, _sudo=True)
    elif kind == "container":
        docker.container(
            name=item["name"],
            container=f"peer-{item['name']}",
            image=item["image"],
            env_vars=[f"{key}={value}" for key, value in item["env"].items()],
            present=True,
            start=False,
            _sudo=True,
        )
