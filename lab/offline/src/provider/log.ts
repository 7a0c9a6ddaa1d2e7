// Messages to the engine: status lines that the display shows while a command runs, and warnings.
import * as grpc from "@grpc/grpc-js";
import { EngineClient } from "@pulumi/pulumi/proto/engine_grpc_pb";
import { LogRequest, LogSeverity } from "@pulumi/pulumi/proto/engine_pb";
import { CHANNEL_OPTIONS } from "../serve";

export class Log {
  private readonly engine: EngineClient | undefined;
  private last: Promise<void> = Promise.resolve();

  constructor(
    address: string | undefined,
    private readonly urn: string,
    engines = Log.engines,
  ) {
    if (address) {
      this.engine =
        engines.get(address) ?? new EngineClient(address, grpc.credentials.createInsecure(), CHANNEL_OPTIONS);
      engines.set(address, this.engine);
    }
  }
  private static readonly engines = new Map<string, EngineClient>();

  /** A line that is shown while the operation runs and then forgotten. */
  status(message: string): void {
    this.send(LogSeverity.INFO, message, true);
  }
  warning(message: string): void {
    this.send(LogSeverity.WARNING, message, false);
  }
  error(message: string): void {
    this.send(LogSeverity.ERROR, message, false);
  }

  /** Resolves when the engine has all that was logged. One at a time, or lines would change places. */
  flushed(): Promise<void> {
    return this.last;
  }

  private send(severity: LogSeverity, message: string, ephemeral: boolean): void {
    const { engine, urn } = this;
    if (!engine) {
      return;
    }
    const request = new LogRequest().setSeverity(severity).setMessage(message).setUrn(urn).setEphemeral(ephemeral);
    this.last = this.last.then(
      () =>
        new Promise((resolve) =>
          engine.log(request, () => {
            resolve();
          }),
        ),
    );
  }
}
