import { readdirSync, readFileSync } from 'node:fs';

/** A process of this machine. Its number alone may be given to another one later; together with its start it may not. */
export interface SeenProcess {
  pid: number;
  startedAt: string;
  command: string;
}

type Row = SeenProcess & { parentPid: number };

function readRow(pid: number): Row | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
    // The name, in parentheses, may itself hold spaces and parentheses.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const [state, parent] = fields;
    // Ended, and only waiting to be asked for by its parent.
    if (state === 'Z' || state === 'X') return undefined;
    return { pid, parentPid: Number(parent), startedAt: fields[19] ?? '', command };
  } catch (error) {
    if (['ENOENT', 'ESRCH'].includes((error as NodeJS.ErrnoException).code ?? '')) return undefined;
    throw error;
  }
}

/** A process with everything it started, and what that started. */
export function listTree(rootPid: number): SeenProcess[] {
  const pids = readdirSync('/proc').map(Number).filter(Number.isInteger);
  const rows = pids.map(readRow).filter((row) => row !== undefined);
  const children = Map.groupBy(rows, ({ parentPid }) => parentPid);
  const root = rows.filter(({ pid }) => pid === rootPid);
  const tree: SeenProcess[] = [];
  for (let level = root; level.length > 0; level = level.flatMap(({ pid }) => children.get(pid) ?? []))
    tree.push(...level.map(({ pid, startedAt, command }) => ({ pid, startedAt, command })));
  return tree;
}

export function isRunning({ pid, startedAt }: SeenProcess): boolean {
  return readRow(pid)?.startedAt === startedAt;
}
