import * as rpc from "@pulumi/pulumi/proto/provider_pb";
import type { Resource } from "./resource";
import { decode, difference, reveal } from "./values";
import type { Change, Values } from "./values";

const { Kind } = rpc.PropertyDiff;
const KINDS: Record<Change, [rpc.PropertyDiff.Kind, rpc.PropertyDiff.Kind]> = {
  add: [Kind.ADD, Kind.ADD_REPLACE],
  delete: [Kind.DELETE, Kind.DELETE_REPLACE],
  update: [Kind.UPDATE, Kind.UPDATE_REPLACE],
};

/** What of the inputs has changed, and whether that replaces the resource. */
export function diffOf(resource: Resource, request: rpc.DiffRequest): rpc.DiffResponse {
  const state = decode(request.getOlds());
  const olds = request.hasOldInputs() ? decode(request.getOldInputs()) : state;
  const news = decode(request.getNews());
  const inputsOnly = (values: Values): Values =>
    Object.fromEntries(Object.entries(values).filter(([name]) => name in resource.inputs));
  const same = (name: string): boolean =>
    olds[name] !== undefined &&
    news[name] !== undefined &&
    resource.same?.(name, reveal(olds[name]), reveal(news[name])) === true;

  const response = new rpc.DiffResponse().setHasdetaileddiff(true);
  const diffs = new Set<string>();
  const replaces = new Set<string>();
  const propertyOf = (path: string): string => /^[^.[]+/.exec(path)?.[0] ?? path;
  const add = (path: string, change: Change, replace: boolean): void => {
    const property = propertyOf(path);
    diffs.add(property);
    if (replace) {
      replaces.add(property);
    }
    const [inPlace, replacing] = KINDS[change];
    response.getDetaileddiffMap().set(path, new rpc.PropertyDiff().setKind(replace ? replacing : inPlace));
  };
  for (const [path, change] of difference(inputsOnly(olds), inputsOnly(news))) {
    if (!same(path)) {
      // For a change inside the command's triggers it is the SDK that asks for the replacement, with
      // replaceOnChanges: triggers[*].
      const within = resource.inputs[propertyOf(path)]?.replaces === "any";
      add(path, change, within || resource.inputs[path]?.replaces === "whole");
    }
  }
  const outdated = resource.outdated?.(state, news);
  if (outdated !== undefined) {
    add(outdated, "update", true);
  }
  const { DIFF_SOME, DIFF_NONE } = rpc.DiffResponse.DiffChanges;
  return response
    .setChanges(diffs.size > 0 ? DIFF_SOME : DIFF_NONE)
    .setDiffsList([...diffs])
    .setReplacesList([...replaces]);
}
