/** The commands of this project, by purpose, each with what it does in a line. */
export const COMMANDS: readonly { readonly purpose: string; readonly commands: Readonly<Record<string, string>> }[] = [
  {
    purpose: "Begin",
    commands: {
      setup: "from a clone to a running homelab: asks only what it cannot find out",
      doctor: "check everything that a deployment needs, and say how to fix what is missing",
    },
  },
  {
    purpose: "Every day",
    commands: {
      status: "what runs where, how it is, and who may reach it",
      health: "everything that can be not well: services, ports, routes, disks, heat",
      open: "where the pages of a service are",
      trust: "the root certificate, for the devices that are to trust the homelab's pages",
      logs: "what a service has logged",
      restart: "restart a service and wait until it works",
      exec: "run a command in the container of a service",
      backups: "how old the copies are of what the services and the shares keep",
      backup: "copy now what the hosts copy each night",
      restore: "bring back what a service or a share kept, as a copy has it",
      drift: "how the hosts differ from how they were left",
    },
  },
  {
    purpose: "Change something",
    commands: {
      check: "every mistake in what is declared, then what it means",
      preview: "what a deployment would do, what could hurt, and who may reach more than before",
      deploy: "deploy to all hosts or to some, and say what is done and what is not",
      "add-service": "add a Compose file that you have to a host",
      "remove-service": "take a service off its host, and say what of it stays",
      adopt: "replace a container that was made by hand with a declared service",
      move: "move a service to another host, with its data",
      outdated: "which images have a newer version",
      update: "write a newer version of an image into its Compose file",
      secrets: "make, show, rotate or import secrets",
    },
  },
  {
    purpose: "Hosts",
    commands: {
      bootstrap: "prepare a host, once, or update its helper",
      "pin-host-key": "pin the SSH host key of a host that was reinstalled",
      rename: "give a host another name, and keep what runs on it",
      forget: "remove a host that never comes back from the state",
      devices: "which device of the tailnet is which host, and remove those that are none",
      state: "copy the engine's state to a file and back, or move it to another store",
      unlock: "release the lock of a deployment that was killed",
    },
  },
  {
    purpose: "In a workflow",
    commands: {
      "with-key": "run a command with the SSH key that $HOMELAB_KEY has",
      "review-state": "publish the state without its secrets, for previews without the passphrase",
      comment: "write a preview as the one comment of a pull request",
      notify: "send a test message to every target of homelab:notify, or tell of a failure",
      approved: "the plan of a merged pull request's preview, for deploy -- --expect",
    },
  },
  {
    purpose: "Try it, work on it",
    commands: {
      help: "this list",
      completion: "what makes your shell complete after `homelab`",
      lab: "a homelab in a box, on this machine",
      test: "every test; `npm test -- NAME` runs one file",
      "test:unit": "lint and the tests that need no host",
      "test:node": "the unit tests on other versions of Node; `npm run test:node -- 22 24`",
      "test:kernel": "NFS between two virtual machines",
      "test:soak": "random attacks on a lab, for as long as you like",
      lint: "types, style and shape",
      docs: "regenerate the documentation that is derived from the code",
      pictures: "make the pictures of the documentation, in a lab that is up",
      bench: "how fast it is",
    },
  },
];

/** Names of all commands. */
export const COMMAND_NAMES: readonly string[] = COMMANDS.flatMap(({ commands }) => Object.keys(commands));
