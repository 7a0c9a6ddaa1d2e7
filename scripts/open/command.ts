import { pagesOf } from "../../model/outputs/pages.js";
import { examples, runCommand, stackCommand, UserError } from "../lib/command.js";
import { declaredService, placeOf } from "../lib/find-service.js";
import { openInBrowser } from "./browser.js";

/** Prints the URLs of a service, a line each, and opens the first. */
function open(written: string, { stack }: { stack: string }): void {
  const { host, service } = declaredService(stack, written);
  const [first, ...others] = pagesOf(host, service);
  if (first === undefined) {
    throw new UserError(
      `${placeOf({ host, service })} has no page: none of its ports has an x-scheme, and no route leads to it.`,
    );
  }
  console.log([first, ...others].join("\n"));
  openInBrowser(first);
}

void runCommand(
  stackCommand("open", "Print where the pages of a service are, and open the first where there is a display.")
    .argument("<service>", "its name, or HOST/SERVICE where several hosts have it")
    .addHelpText("after", examples(["npm run open -- homepage", "the dashboard"]))
    .action(open),
);
