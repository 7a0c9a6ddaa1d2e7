import { TAILNET } from "../audience.js";
import { contains, overlap, readSubnet } from "../subnet.js";
import type { Policy } from "./read.js";
import { tagOf } from "./tags.js";
import type { Expectation, Place, Visitor } from "./types.js";

// Who reaches what by a policy, without its server. Where a policy says something that cannot be judged here (roles of
// people, device postures, addresses of hosts), it counts as open: a refusal that holds here holds there.

type Acl = NonNullable<Policy["acls"]>[number];

/** Does the policy let somebody reach a port of a host? A policy without rules lets everybody. */
export function reaches(policy: Policy, visitor: Visitor, place: Place): boolean {
  const { grants, acls } = policy;
  if (grants === undefined && acls === undefined) {
    return true;
  }
  const granted = (grants ?? []).some(
    ({ src, dst, ip }) =>
      src.some((it) => isVisitor(policy, it, visitor)) &&
      dst.some((it) => isHost(policy, it, place.host)) &&
      ip.some((it) => isPort(it, place)),
  );
  return granted || (acls ?? []).some((acl) => isAccepted(policy, acl, visitor, place));
}

/** What of the expectations the policy does not hold. */
export const failures = (policy: Policy, expectations: readonly Expectation[]): Expectation[] =>
  expectations.filter((it) => reaches(policy, it.visitor, it) !== it.open);

/** The older kind of rule: the ports stand behind the destination, as in tag:nas:22,80-90. */
function isAccepted(policy: Policy, { action, src, dst, proto }: Acl, visitor: Visitor, place: Place): boolean {
  return (
    action === "accept" &&
    (proto === undefined || proto === place.protocol || /^\d+$/.test(proto)) &&
    src.some((it) => isVisitor(policy, it, visitor)) &&
    dst.some((it) => {
      const [, host = "", ports = ""] = /^(.*):([^:]*)$/.exec(it) ?? [];
      return isHost(policy, host, place.host) && ports.split(",").some((range) => isPort(range, place));
    })
  );
}

/** Groups of people by their part in the tailnet, which a policy does not say. */
const ROLES = /^autogroup:(owner|admin|network-admin|it-admin|billing-admin|auditor|shared)$/;

function isVisitor({ groups, hosts }: Policy, who: string, { user, tags, addresses }: Visitor): boolean {
  if (who === "*" || who === "autogroup:danger-all") {
    return true;
  }
  if (who === "autogroup:member" || ROLES.test(who)) {
    return user !== undefined;
  }
  if (who === "autogroup:tagged") {
    return tags.length > 0;
  }
  if (who.startsWith("group:")) {
    return user !== undefined && (groups[who] ?? []).includes(user);
  }
  if (who.startsWith("tag:")) {
    return tags.includes(who);
  }
  const address = hosts[who] ?? who;
  return who === user || addresses.some((it) => contains(address, it));
}

/** Of hosts a policy knows the tag; an address that a tailnet may have could be theirs. */
function isHost({ hosts }: Policy, where: string, host: string): boolean {
  if (where === "*" || where === "autogroup:tagged") {
    return true;
  }
  const address = readSubnet(hosts[where] ?? where);
  return (
    where === tagOf(host) ||
    (typeof address === "string" && (overlap(address, TAILNET.v4) || overlap(address, TAILNET.v6)))
  );
}

/** As in *, 22, 80-90, tcp:22 or udp:*. */
function isPort(range: string, { protocol, port }: Place): boolean {
  const [, of, ports = range] = /^([a-z0-9-]+):(.*)$/.exec(range) ?? [];
  const [first = "", last = first] = ports.split("-");
  return (
    (of === undefined || of === protocol || /^\d+$/.test(of)) &&
    (ports === "*" || (Number(first) <= port && port <= Number(last)))
  );
}
