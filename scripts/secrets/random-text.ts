import { randomInt } from "node:crypto";

// Letters and digits only: secrets become part of URLs, JSON, YAML and settings files.
const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/** Random text for a secret: almost 6 bits a character. */
export function randomText(length: number): string {
  return Array.from({ length }, () => ALPHABET.charAt(randomInt(ALPHABET.length))).join("");
}
