// pulumi-resource-command: stands in for the vendor's command provider where that cannot be had.
import { servePlugin } from "../provider/plugin";
import { invoke, resources } from "./resources";

declare const COMMAND_VERSION: string; // put in by the bundler

void servePlugin({ version: COMMAND_VERSION, resources, invoke });
