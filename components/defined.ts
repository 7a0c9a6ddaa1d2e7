// Arguments without undefined keys, so that Docker's defaults apply.

export const some = <T>(list: readonly T[]): T[] | undefined => (list.length === 0 ? undefined : [...list]);

export const someKeys = <T>(map: Readonly<Record<string, T>>): Record<string, T> | undefined =>
  Object.keys(map).length === 0 ? undefined : { ...map };

/** Drops the keys whose value is undefined. */
export function defined<T extends object>(args: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(args).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]: Exclude<T[K], undefined>;
  };
}
