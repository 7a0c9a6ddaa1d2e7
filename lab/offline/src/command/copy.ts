// Files and directories to a host, by SFTP.
import * as fs from "node:fs";
import * as path from "node:path";
import { promisify } from "node:util";
import type { Client, SFTPWrapper, Stats } from "ssh2";
import type { Operation } from "../provider/resource";
import { message, withConnection } from "./ssh";
import type { Connection } from "./ssh";
import type { Failure } from "../provider/shapes";
import { Blob, reveal } from "../provider/values";
import type { Value, Values } from "../provider/values";

const NO_SUCH_FILE = 2;

/** An asset of a path or a text, or an archive of a path: no URLs, no archives made in the program. */
export function checkSource(source: Value | undefined): Failure[] {
  const blob = source === undefined ? undefined : reveal(source);
  if (!(blob instanceof Blob) || blob.text("path") !== "" || (blob.kind === "asset" && blob.text("uri") === "")) {
    return [];
  }
  return [
    {
      property: blob.kind,
      reason: blob.kind === "asset" ? "it must be a file or a text" : "it must be the path of a file or directory",
    },
  ];
}

export async function copyToRemote(inputs: Values, operation: Operation): Promise<void> {
  const source = inputs["source"] as Blob;
  const target = inputs["remotePath"] as string;
  await withConnection(inputs["connection"] as unknown as Connection, operation, async (client) => {
    const remote = new Remote(await promisify((cb: SftpCallback) => client.sftp(cb))());
    const local = source.text("path");
    if (local === "") {
      await remote.putText(source.text("text"), target);
    } else if (fs.statSync(local).isDirectory()) {
      await remote.putDirectory(local, target);
    } else {
      await remote.putFile(local, target);
    }
  });
}

type SftpCallback = Parameters<Client["sftp"]>[0];

class Remote {
  constructor(private readonly sftp: SFTPWrapper) {}

  async putText(text: string, target: string): Promise<void> {
    if ((await this.stat(target))?.isDirectory()) {
      throw new Error(`${target} is a directory on the host; to write a text, remotePath must name a file`);
    }
    await this.makeDirectories(path.posix.dirname(target));
    await this.attempt(`write ${target}`, (done) => {
      this.sftp.writeFile(target, text, done);
    });
  }

  /** Into the target if that is a directory, else as the target, whose parents are made. */
  async putFile(local: string, target: string): Promise<void> {
    const there = await this.stat(target);
    if (there?.isDirectory()) {
      await this.upload(local, path.posix.join(target, path.basename(local)));
      return;
    }
    if (!there) {
      await this.makeDirectories(path.posix.dirname(target));
    }
    await this.upload(local, target);
  }

  /** As a new entry of the target, or, with a trailing slash, its entries into the target. */
  async putDirectory(local: string, target: string): Promise<void> {
    await this.makeDirectories(target);
    await this.mirror(local, local.endsWith("/") ? target : path.posix.join(target, path.basename(local)));
  }

  private async mirror(local: string, target: string): Promise<void> {
    await this.makeDirectories(target);
    for (const name of fs.readdirSync(local).sort()) {
      const from = path.join(local, name);
      const to = path.posix.join(target, name);
      if (fs.lstatSync(from).isDirectory()) {
        await this.mirror(from, to);
      } else {
        await this.upload(from, to);
      }
    }
  }

  private async makeDirectories(dir: string): Promise<void> {
    const there = await this.stat(dir);
    if (there?.isDirectory()) {
      return;
    }
    if (there) {
      throw new Error(`${dir} exists on the host and is not a directory`);
    }
    await this.makeDirectories(path.posix.dirname(dir));
    await this.attempt(`make the directory ${dir}`, (done) => {
      this.sftp.mkdir(dir, done);
    });
  }

  private upload(local: string, target: string): Promise<void> {
    return this.attempt(`copy ${local} to ${target}`, (done) => {
      this.sftp.fastPut(local, target, done);
    });
  }

  private stat(target: string): Promise<Stats | undefined> {
    return new Promise((resolve, reject) => {
      this.sftp.stat(target, (error, stats) => {
        if (!error) {
          resolve(stats);
        } else if ((error as { code?: unknown }).code === NO_SUCH_FILE) {
          resolve(undefined);
        } else {
          reject(new Error(`could not look at ${target} on the host: ${message(error)}`));
        }
      });
    });
  }

  private attempt(what: string, call: (done: (error?: Error | null) => void) => void): Promise<void> {
    return new Promise((resolve, reject) => {
      call((error) => {
        if (error) {
          reject(new Error(`could not ${what} on the host: ${message(error)}`));
        } else {
          resolve();
        }
      });
    });
  }
}
