#!/usr/bin/env node
// `npx homelab NAME …` is `npm run NAME -- …`.
"use strict";
require("tsx/cjs");
const file = require("./homelab.ts").fileToRun();
if (file !== undefined) {
  require(file);
}
