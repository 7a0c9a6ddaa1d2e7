import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { DeclaredService } from "../../model/services/declared.js";
import { declaredParts } from "../lib/declaration.js";
import { commandLine } from "../../model/command-line.js";
import { examples, runCommand, stackCommand, UserError } from "../lib/command.js";
import { declaredService, placeOf } from "../lib/find-service.js";
import { declarationDirectories } from "../lib/project.js";
import { registryClient } from "../lib/registry/client.js";
import { withImage } from "./compose-image.js";
import { describeUpdate, nextImage, sameImage } from "./update.js";

/** Writes another version of a service's image into its Compose file. Nothing is deployed. */
async function update(written: string, version: string | undefined, { stack }: { stack: string }): Promise<void> {
  const directories = declarationDirectories();
  const placed = declaredService(stack, written);
  const place = placeOf(placed);
  const { services, twins } = declaredParts(stack, directories);
  const isMeant = ({ host, service }: DeclaredService): boolean => `${host}/${service.name}` === place;
  const declared = services.find(isMeant);
  if (declared === undefined) {
    throw new UserError(`${place} is in no Compose file.`);
  }
  const image = await nextImage(placed.service, version, registryClient);
  if (image === undefined) {
    console.log(`${place} has the newest of its kind: ${placed.service.definition.image}`);
    return;
  }
  // What several files declare in the same words has to stay the same in all of them.
  const all = [declared, ...twins.filter(isMeant)].map(({ file, service }) => {
    const path = directories.map((it) => join(it, file)).find(existsSync) ?? file;
    const text = withImage(readFileSync(path, "utf8"), service.key, image.next);
    if (text === undefined) {
      throw new UserError(`${file} does not have the image in the service itself: write ${image.next} there.`);
    }
    return { path, text };
  });
  all.forEach(({ path, text }) => {
    writeFileSync(path, text);
  });
  console.log(describeUpdate(image, declared, sameImage(declared, services), twins.filter(isMeant)));
  console.log(`-> ${commandLine("deploy", stack)}`);
}

void runCommand(
  stackCommand("update", "Write a newer version of a service's image into its Compose file; then deploy.")
    .argument("<service>", "its name, or HOST/SERVICE where several hosts have it")
    .argument("[version]", "the tag to write; default: the newest of the same kind")
    .addHelpText(
      "after",
      examples(
        ["npm run update -- jellyfin", "the newest, as the registry says"],
        ["npm run update -- jellyfin 12.5", "this one, also where no registry answers"],
      ),
    )
    .action(update),
);
