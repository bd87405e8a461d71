import { createReadStream, existsSync, readdirSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { createInterface } from 'node:readline';

/** Every line of every log file; of what is larger than its share only the end. Null where there is no such folder. */
export async function readLogs(
  folder: string,
  wanted: { bytesPerFileMax: number },
  take: (line: { file: string; line: number; text: string }) => void,
): Promise<{ files: number; shortened: string[] } | null> {
  if (!existsSync(folder)) return null;
  const files = readdirSync(folder, { withFileTypes: true, recursive: true }).filter((entry) => entry.isFile());
  const shortened: string[] = [];
  for (const entry of files) {
    const path = join(entry.parentPath, entry.name);
    const file = relative(folder, path);
    const { size } = statSync(path);
    const start = Math.max(0, size - wanted.bytesPerFileMax);
    if (start > 0) shortened.push(file);
    let line = 0;
    // Up to where it ended when it was looked at: the platform goes on writing.
    if (size === 0) continue;
    for await (const text of createInterface({ input: createReadStream(path, { start, end: size - 1 }) })) {
      line += 1;
      take({ file, line, text });
    }
  }
  return { files: files.length, shortened };
}
