/** Time since `start`, a value of `performance.now()`: `4.2 s` or `3 min 20 s`. */
export function seconds(start: number): string {
  const s = (performance.now() - start) / 1000;
  return s < 60 ? `${s.toFixed(1)} s` : `${Math.floor(s / 60)} min ${Math.round(s % 60)} s`;
}
