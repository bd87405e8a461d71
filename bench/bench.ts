import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { startBenchPlatform } from './bench-platform.ts';
import { printRounds } from './print-rounds.ts';
import type { BenchRow } from './row.ts';
import { apiMixRow } from './rows/api-mix.ts';
import { createRow } from './rows/create.ts';
import { readRow } from './rows/read.ts';
import { renewalRow } from './rows/renewal.ts';
import { webhooksInRow } from './rows/webhooks-in.ts';

const rows: readonly BenchRow[] = [createRow, renewalRow, readRow, webhooksInRow, apiMixRow];

const { values, positionals } = parseArgs({
  options: { smoke: { type: 'boolean', default: false }, rounds: { type: 'string', default: '3' } },
  allowPositionals: true,
});
const wanted = values.smoke && positionals.length === 0 ? rows : rows.filter(({ name }) => positionals.includes(name));
if (wanted.length === 0) {
  console.error(
    `Say which row to run: npm run bench -- <${rows.map(({ name }) => name).join('|')}> [--rounds 3], or --smoke for all.`,
  );
  process.exit(2);
}

const onProgress = (line: string) => console.log(`· ${line}`);
const platform = await startBenchPlatform(onProgress);
try {
  for (const row of wanted) {
    const rounds = values.smoke ? 1 : Number(values.rounds);
    const results = await row.run(platform, { rounds, smoke: values.smoke, onProgress });
    printRounds(row, results);
    if (values.smoke) continue;
    const folder = join(import.meta.dirname, 'results');
    mkdirSync(folder, { recursive: true });
    const machine = { cores: cpus().length, model: cpus()[0]?.model, memoryGib: Math.round(totalmem() / 2 ** 30) };
    const record = { row: row.name, what: row.what, at: new Date().toISOString(), machine, rounds: results };
    writeFileSync(join(folder, `${row.name}.json`), `${JSON.stringify(record, null, 2)}\n`);
  }
} finally {
  await platform.stop();
}
