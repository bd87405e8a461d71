import { dirname, join, normalize } from 'node:path';
import { allFiles, exists, read } from './source-files.ts';

const scripts = new Set(Object.keys((JSON.parse(read('package.json')) as { scripts: object }).scripts));
const topLevel = new Set(allFiles.map((file) => file.split('/')[0]));
const baseNames = new Set(allFiles.map((file) => file.split('/').at(-1)));

/** What the machine makes at run time and no checkout contains. */
const madeLater = /^(\.redcore|node_modules|coverage)(\/|$)/;
const rootFile = /^[\w.-]+\.(ts|mjs|cjs|json|yml|yaml|md|sh|sql)$/;
const roomPath = /^\.?[\w-]+(\/[\w.@*<>{},…-]+)+\/?$/;

export const documents = allFiles.filter((file) =>
  /^(README|ARCHITECTURE|CONTRIBUTING)\.md$|^docs\/.*\.md$/.test(file),
);

/** Up to the first wildcard: `adapters/payments/*` asks for the folder only. */
function fixedPart(path: string): string {
  const wildcard = path.search(/[*<{…]|NNNN/);
  return wildcard < 0 ? path : path.slice(0, path.lastIndexOf('/', wildcard) + 1);
}

function isDeadPath(span: string): boolean {
  if (madeLater.test(span)) return false;
  if (rootFile.test(span)) return !baseNames.has(span);
  if (!roomPath.test(span) || !topLevel.has(span.split('/')[0])) return false;
  return !exists(fixedPart(span));
}

function isDeadLink(document: string, target: string): boolean {
  if (/^[a-z]+:|^#/.test(target)) return false;
  return !exists(normalize(join(dirname(document), target.split('#')[0] ?? '')));
}

/** Code spans that look like a file of ours, relative links and npm scripts, when they lead nowhere. */
export function findDeadReferences(document: string, text: string): string[] {
  const prose = text.replace(/^```[\s\S]*?^```/gm, '');
  const spans = [...prose.matchAll(/`([^`\n]+)`/g)].map((match) => match[1] ?? '');
  const links = [...prose.matchAll(/\]\(([^)\s]+)\)/g)].map((match) => match[1] ?? '');
  const commands = [...text.matchAll(/\bnpm run ([\w:-]+)/g)].map((match) => match[1] ?? '');
  return [
    ...spans.filter((span) => isDeadPath(span)).map((span) => `\`${span}\``),
    ...links.filter((target) => isDeadLink(document, target)).map((target) => `(${target})`),
    ...commands.filter((script) => !scripts.has(script)).map((script) => `npm run ${script}`),
  ];
}
