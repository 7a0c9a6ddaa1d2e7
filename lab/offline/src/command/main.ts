// pulumi-resource-command: stands in for the vendor's command provider where that cannot be had. It speaks the provider protocol itself, because the SDK's provider.main knows no previews.
import * as grpc from "@grpc/grpc-js";
import * as plugin from "@pulumi/pulumi/proto/plugin_pb";
import { ResourceProviderService } from "@pulumi/pulumi/proto/provider_grpc_pb";
import type { IResourceProviderServer } from "@pulumi/pulumi/proto/provider_grpc_pb";
import * as rpc from "@pulumi/pulumi/proto/provider_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { CHANNEL_OPTIONS, engineAddress, serve, unary } from "../serve";
import { Log } from "./log";
import type { Operation } from "./process";
import { invoke, resources } from "./resources";
import type { Resource } from "./resources";
import { check } from "./shapes";
import type { Failure } from "./shapes";
import { containsUnknown, decode, difference, encode, equal, UNKNOWN } from "./values";
import type { Change, Value, Values } from "./values";

declare const COMMAND_VERSION: string; // put in by the bundler

let engine = engineAddress(process.argv.slice(2));
const cancelled = new AbortController();

function resourceOf(urn: string): Resource {
  // urn:pulumi:<stack>::<project>::<parent type>$<type>::<name>
  const type = (urn.split("::")[2] ?? "").split("$").pop() ?? "";
  const resource = resources[type];
  if (!resource) {
    throw Object.assign(new Error(`this provider has no resource type ${type}`), { code: grpc.status.UNIMPLEMENTED });
  }
  return resource;
}

const nameOf = (urn: string): string => urn.split("::").slice(3).join("::");

function operation(urn: string, timeoutSeconds = 0): Operation {
  const { signal } = cancelled;
  return {
    log: new Log(engine, urn),
    signal: timeoutSeconds > 0 ? AbortSignal.any([signal, AbortSignal.timeout(timeoutSeconds * 1000)]) : signal,
  };
}

const checkFailure = ({ property, reason }: Failure): rpc.CheckFailure =>
  new rpc.CheckFailure().setProperty(property).setReason(reason);

function checkInputs(request: rpc.CheckRequest): rpc.CheckResponse {
  const resource = resourceOf(request.getUrn());
  const { inputs, failures } = check(resource.inputs, decode(request.getNews()));
  const all = failures.length > 0 ? failures : (resource.check?.(inputs) ?? []);
  return new rpc.CheckResponse().setInputs(encode(inputs)).setFailuresList(all.map(checkFailure));
}

const { Kind } = rpc.PropertyDiff;
const KINDS: Record<Change, [rpc.PropertyDiff.Kind, rpc.PropertyDiff.Kind]> = {
  add: [Kind.ADD, Kind.ADD_REPLACE],
  delete: [Kind.DELETE, Kind.DELETE_REPLACE],
  update: [Kind.UPDATE, Kind.UPDATE_REPLACE],
};

function diff(request: rpc.DiffRequest): rpc.DiffResponse {
  const resource = resourceOf(request.getUrn());
  const olds = request.hasOldInputs() ? decode(request.getOldInputs()) : decode(request.getOlds());
  const inputsOnly = (values: Values): Values =>
    Object.fromEntries(Object.entries(values).filter(([name]) => name in resource.inputs));
  const changes = difference(inputsOnly(olds), inputsOnly(decode(request.getNews())));

  const response = new rpc.DiffResponse().setHasdetaileddiff(true);
  response.setChanges(
    changes.size > 0 ? rpc.DiffResponse.DiffChanges.DIFF_SOME : rpc.DiffResponse.DiffChanges.DIFF_NONE,
  );
  const diffs = new Set<string>();
  const replaces = new Set<string>();
  for (const [path, change] of changes) {
    const property = /^[^.[]+/.exec(path)?.[0] ?? path;
    diffs.add(property);
    // Only a property that comes or goes as a whole replaces here. For a change inside triggers it
    // is the SDK that asks for the replacement, with replaceOnChanges: triggers[*].
    const replace = resource.inputs[path]?.replaces === true;
    if (replace) {
      replaces.add(property);
    }
    const [inPlace, replacing] = KINDS[change];
    response.getDetaileddiffMap().set(path, new rpc.PropertyDiff().setKind(replace ? replacing : inPlace));
  }
  return response.setDiffsList([...diffs]).setReplacesList([...replaces]);
}

async function create(request: rpc.CreateRequest): Promise<rpc.CreateResponse> {
  const resource = resourceOf(request.getUrn());
  const inputs = decode(request.getProperties());
  const response = new rpc.CreateResponse().setId(resource.newId(nameOf(request.getUrn()), request.getPreview()));
  if (request.getPreview()) {
    return response.setProperties(encode({ ...inputs, ...unknowns(resource) }));
  }
  const state = await resource.create(inputs, operation(request.getUrn(), request.getTimeout()));
  return response.setProperties(encode(state));
}

async function update(request: rpc.UpdateRequest): Promise<rpc.UpdateResponse> {
  const resource = resourceOf(request.getUrn());
  const olds = decode(request.getOlds());
  const inputs = decode(request.getNews());
  if (request.getPreview()) {
    // The outputs may change if an input does that was there before. (One that is new leaves them
    // known at preview, although the command will run: so does the provider that this stands in for.)
    const changed = Object.keys(resource.inputs).some(
      (name) => containsUnknown(inputs[name]) || (olds[name] !== undefined && !equal(olds[name], inputs[name])),
    );
    const kept = Object.fromEntries(
      resource.outputs.flatMap((name): [string, Value][] => (olds[name] === undefined ? [] : [[name, olds[name]]])),
    );
    return new rpc.UpdateResponse().setProperties(encode({ ...inputs, ...(changed ? unknowns(resource) : kept) }));
  }
  const state = await resource.update(olds, inputs, operation(request.getUrn(), request.getTimeout()));
  return new rpc.UpdateResponse().setProperties(encode(state));
}

const unknowns = (resource: Resource): Values => Object.fromEntries(resource.outputs.map((name) => [name, UNKNOWN]));

async function remove(request: rpc.DeleteRequest): Promise<Empty> {
  const resource = resourceOf(request.getUrn());
  await resource.delete?.(decode(request.getProperties()), operation(request.getUrn(), request.getTimeout()));
  return new Empty();
}

async function call(request: rpc.InvokeRequest): Promise<rpc.InvokeResponse> {
  const { result, failures } = await invoke(request.getTok(), decode(request.getArgs()), operation(""));
  const response = new rpc.InvokeResponse().setFailuresList(failures.map(checkFailure));
  return result ? response.setReturn(encode(result)) : response;
}

const handlers: Partial<IResourceProviderServer> = {
  getPluginInfo: unary(() => new plugin.PluginInfo().setVersion(COMMAND_VERSION)),
  attach: unary((request: plugin.PluginAttach) => {
    engine = request.getAddress();
    return new Empty();
  }),
  checkConfig: unary((request: rpc.CheckRequest) => new rpc.CheckResponse().setInputs(request.getNews())),
  configure: unary(() =>
    new rpc.ConfigureResponse().setAcceptsecrets(true).setAcceptresources(true).setSupportspreview(true),
  ),
  check: unary(checkInputs),
  diff: unary(diff),
  create: unary(create),
  // A command leaves nothing that could be read back: the state is what it was.
  read: unary((request: rpc.ReadRequest) =>
    new rpc.ReadResponse().setId(request.getId()).setProperties(request.getProperties()).setInputs(request.getInputs()),
  ),
  update: unary(update),
  delete: unary(remove),
  invoke: unary(call),
  cancel: unary(() => {
    cancelled.abort();
    return new Empty();
  }),
};

const server = new grpc.Server(CHANNEL_OPTIONS);
server.addService(ResourceProviderService, handlers as unknown as grpc.UntypedServiceImplementation);
void serve(server);
