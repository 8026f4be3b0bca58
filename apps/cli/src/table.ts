/** Rows as aligned columns with a heading, for people. Cells keep printable characters only. */
export function table(heading: readonly string[], rows: readonly (readonly unknown[])[]): string {
  const cells = [heading, ...rows].map((row) => row.map((cell) => printable(cell)));
  const widths = heading.map((_, column) => Math.max(...cells.map((row) => row[column]?.length ?? 0)));
  return cells
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** A value as JSON in which nothing steers a terminal: JSON itself escapes no 8-bit controls and no direction marks. */
export function printableJson(value: unknown, indentation?: number): string {
  return JSON.stringify(value, null, indentation).replace(/[\u007F-\u009F]|\p{Cf}/gu, (character) =>
    Array.from(
      { length: character.length },
      (_, at) => `\\u${character.charCodeAt(at).toString(16).padStart(4, '0')}`,
    ).join(''),
  );
}

/** Metadata are self-asserted (RFC 7591 §5): what a client called itself must not steer the reader's terminal. */
export function printable(value: unknown): string {
  const text =
    value === undefined || value === null ? '' : typeof value === 'string' ? value : JSON.stringify(value);
  return text.replace(/[\p{Cc}\p{Cf}]/gu, '\u{FFFD}');
}
