// Serves a plugin. It speaks the provider protocol itself, because the SDK's provider.main knows no previews.
import * as grpc from "@grpc/grpc-js";
import * as plugin from "@pulumi/pulumi/proto/plugin_pb";
import { ResourceProviderService } from "@pulumi/pulumi/proto/provider_grpc_pb";
import type { IResourceProviderServer } from "@pulumi/pulumi/proto/provider_grpc_pb";
import * as rpc from "@pulumi/pulumi/proto/provider_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { CHANNEL_OPTIONS, engineAddress, serve, unary } from "../serve";
import { diffOf } from "./diff";
import { Log } from "./log";
import type { Operation, Plugin, Resource } from "./resource";
import { check } from "./shapes";
import type { Failure } from "./shapes";
import { containsUnknown, decode, encode, equal, UNKNOWN } from "./values";
import type { Value, Values } from "./values";

const nameOf = (urn: string): string => urn.split("::").slice(3).join("::");

const checkFailure = ({ property, reason }: Failure): rpc.CheckFailure =>
  new rpc.CheckFailure().setProperty(property).setReason(reason);

const unknowns = ({ outputs }: Resource): Values => Object.fromEntries(outputs.map((name) => [name, UNKNOWN]));

/** Serves the plugin to the engine that started this process. */
export function servePlugin({ version, resources, checkConfig, configure, invoke }: Plugin): Promise<number> {
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

  function operation(urn: string, timeoutSeconds = 0): Operation {
    const { signal } = cancelled;
    return {
      log: new Log(engine, urn),
      signal: timeoutSeconds > 0 ? AbortSignal.any([signal, AbortSignal.timeout(timeoutSeconds * 1000)]) : signal,
    };
  }

  function checkInputs(request: rpc.CheckRequest): rpc.CheckResponse {
    const resource = resourceOf(request.getUrn());
    const { inputs, failures } = check(resource.inputs, decode(request.getNews()));
    const all = failures.length > 0 ? failures : (resource.check?.(inputs) ?? []);
    return new rpc.CheckResponse().setInputs(encode(inputs)).setFailuresList(all.map(checkFailure));
  }

  async function create(request: rpc.CreateRequest): Promise<rpc.CreateResponse> {
    const urn = request.getUrn();
    const resource = resourceOf(urn);
    const inputs = decode(request.getProperties());
    if (request.getPreview()) {
      return new rpc.CreateResponse()
        .setId(resource.previewId?.(nameOf(urn)) ?? "")
        .setProperties(encode({ ...inputs, ...unknowns(resource) }));
    }
    const { id, state } = await resource.create(inputs, operation(urn, request.getTimeout()), nameOf(urn));
    return new rpc.CreateResponse().setId(id).setProperties(encode(state));
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
    const old = { id: request.getId(), state: olds };
    const state = await resource.update(old, inputs, operation(request.getUrn(), request.getTimeout()));
    return new rpc.UpdateResponse().setProperties(encode(state));
  }

  async function read(request: rpc.ReadRequest): Promise<rpc.ReadResponse> {
    const resource = resourceOf(request.getUrn());
    const [inputs, state] = [decode(request.getInputs()), decode(request.getProperties())];
    const found = await resource.read?.(request.getId(), inputs, state, operation(request.getUrn()));
    return new rpc.ReadResponse()
      .setId(found?.id ?? request.getId())
      .setProperties(encode(found?.state ?? state))
      .setInputs(encode(found?.inputs ?? inputs));
  }

  async function remove(request: rpc.DeleteRequest): Promise<Empty> {
    const old = { id: request.getId(), state: decode(request.getProperties()) };
    await resourceOf(request.getUrn()).delete?.(old, operation(request.getUrn(), request.getTimeout()));
    return new Empty();
  }

  async function call(request: rpc.InvokeRequest): Promise<rpc.InvokeResponse> {
    if (invoke === undefined) {
      throw new Error(`there is no function ${request.getTok()}`);
    }
    const { result, failures } = await invoke(request.getTok(), decode(request.getArgs()), operation(""));
    const response = new rpc.InvokeResponse().setFailuresList(failures.map(checkFailure));
    return result ? response.setReturn(encode(result)) : response;
  }

  const handlers: Partial<IResourceProviderServer> = {
    getPluginInfo: unary(() => new plugin.PluginInfo().setVersion(version)),
    attach: unary((request: plugin.PluginAttach) => {
      engine = request.getAddress();
      return new Empty();
    }),
    checkConfig: unary((request: rpc.CheckRequest) =>
      new rpc.CheckResponse()
        .setInputs(request.getNews())
        .setFailuresList((checkConfig?.(decode(request.getNews())) ?? []).map(checkFailure)),
    ),
    configure: unary((request: rpc.ConfigureRequest) => {
      configure?.(decode(request.getArgs()));
      return new rpc.ConfigureResponse().setAcceptsecrets(true).setAcceptresources(true).setSupportspreview(true);
    }),
    check: unary(checkInputs),
    diff: unary((request: rpc.DiffRequest) => diffOf(resourceOf(request.getUrn()), request)),
    create: unary(create),
    read: unary(read),
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
  return serve(server);
}
