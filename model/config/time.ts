import { form } from "../yaml/complaint.js";

/** A time of the day, as in 04:30. */
export const timeOfDay = form(/^([01]\d|2[0-3]):[0-5]\d$/, "is not a time", { prose: 'write it as "04:30"' });

const MINUTES_A_DAY = 24 * 60;

/** The time of the day so many minutes later. */
export function later(time: string, minutes: number): string {
  const [hour = 0, minute = 0] = time.split(":").map(Number);
  const total = (hour * 60 + minute + minutes) % MINUTES_A_DAY;
  return `${String(Math.floor(total / 60)).padStart(2, "0")}:${String(total % 60).padStart(2, "0")}`;
}
