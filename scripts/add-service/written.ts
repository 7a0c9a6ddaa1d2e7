import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { format, resolveConfig } from "prettier";
import { withSchema } from "../lib/editor-schema.js";

/** A Compose file as it is written: with what editors need, and as npm run lint wants it. */
export function styled(place: string, text: string): Promise<string> {
  const target = join(place, "compose.yaml");
  return inHouseStyle(target, withSchema(target, text, "compose"));
}

export async function write(place: string, folder: string, path: string, text: string): Promise<void> {
  await mkdir(dirname(join(place, path)), { recursive: true });
  await writeFile(join(place, path), text);
  console.log(`wrote ${folder}/${path}`);
}

/** As npm run lint wants it. */
export const inHouseStyle = async (path: string, text: string): Promise<string> =>
  format(text, { ...(await resolveConfig(path)), filepath: path });
