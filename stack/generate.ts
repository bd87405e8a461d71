import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { buildOpenApiDocument } from '../contracts/rest/openapi.ts';

/** The committed OpenAPI document; clients are generated from it. */
const file = join(import.meta.dirname, '..', 'contracts', 'generated', 'openapi.json');
const isCheck = process.argv.includes('--check');

function readCommitted(): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw error;
  }
}

const text = `${JSON.stringify(buildOpenApiDocument(), null, 2)}\n`;
const isCurrent = readCommitted() === text;
if (isCheck && !isCurrent) {
  console.error(
    'contracts/generated/openapi.json differs from the schemas in contracts/rest: run npm run generate and commit it.',
  );
  process.exit(1);
}
if (!isCheck && !isCurrent) {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}
console.log(`contracts/generated/openapi.json ${isCurrent ? 'is current' : 'is written'}`);
