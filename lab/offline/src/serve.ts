// Shared start-up of the two plugins: read the argument list that the engine gives, serve on a free
// loopback port, print that port, and never outlive the engine.
import * as grpc from "@grpc/grpc-js";

/** A stack's inputs travel in one message, and the engine allows 400 MiB for it. */
const MAX_MESSAGE_BYTES = 400 * 1024 * 1024;

export const CHANNEL_OPTIONS: grpc.ChannelOptions = {
  "grpc.max_receive_message_length": MAX_MESSAGE_BYTES,
  "grpc.max_send_message_length": MAX_MESSAGE_BYTES,
};

/**
 * The engine starts a plugin as `<plugin> [--logtostderr] [-v=N] [--tracing URL] <engine address>`.
 * The address is always last; nothing else concerns us.
 */
export function engineAddress(argv: readonly string[]): string | undefined {
  const last = argv[argv.length - 1];
  return last !== undefined && !last.startsWith("-") ? last : undefined;
}

/** Serves on 127.0.0.1 and prints the port, which is how the engine learns where to connect. */
export function serve(server: grpc.Server): Promise<number> {
  exitWithParent();
  return new Promise((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (err, port) => {
      if (err) {
        reject(err);
        return;
      }
      process.stdout.write(`${port}\n`, () => {
        resolve(port);
      });
    });
  });
}

/** The engine kills its plugins when it ends. It cannot after a crash, so watch for being orphaned. */
function exitWithParent(): void {
  const parent = process.ppid;
  setInterval(() => {
    if (process.ppid !== parent) {
      process.exit(0);
    }
  }, 1000).unref();
}

/** A handler that may be async; whatever it throws becomes the call's gRPC error. */
export function unary<Req, Res>(
  handler: (request: Req, call: grpc.ServerUnaryCall<Req, Res>) => Promise<Res> | Res,
): grpc.handleUnaryCall<Req, Res> {
  return (call, callback) => {
    Promise.resolve()
      .then(() => handler(call.request, call))
      .then(
        (response) => {
          callback(null, response);
        },
        (error: unknown) => {
          callback(toServiceError(error));
        },
      );
  };
}

export function toServiceError(error: unknown): grpc.ServerErrorResponse {
  const e = error instanceof Error ? error : new Error(String(error));
  const { code, metadata } = e as Partial<grpc.ServerErrorResponse>;
  return Object.assign(new Error(e.message), {
    code: typeof code === "number" ? code : grpc.status.UNKNOWN,
    details: e.message,
    ...(metadata ? { metadata } : {}),
  });
}
