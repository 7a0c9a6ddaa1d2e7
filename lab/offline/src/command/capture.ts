import { isUtf8 } from "node:buffer";
import { StringDecoder } from "node:string_decoder";

/** Collects what a command prints; passes on whole lines as they come. */
export class Capture {
  private readonly chunks: Buffer[] = [];
  private readonly decoder = new StringDecoder("utf8");
  private rest = "";

  constructor(private readonly line?: (line: string) => void) {}

  add(chunk: Buffer): void {
    this.chunks.push(chunk);
    if (this.line) {
      const lines = (this.rest + this.decoder.write(chunk)).split("\n");
      this.rest = lines.pop() ?? "";
      lines.forEach(this.line);
    }
  }
  end(): void {
    const rest = this.rest + this.decoder.end();
    if (rest !== "") {
      this.line?.(rest);
    }
    this.rest = "";
  }
  text(): string {
    return Buffer.concat(this.chunks).toString("utf8");
  }
  isText(): boolean {
    return isUtf8(Buffer.concat(this.chunks));
  }
}
