import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import ts from 'typescript';

const checkout = dirname(dirname(import.meta.dirname));

/** What git tracks or would track, so that a new file is judged before its first commit. */
export const allFiles: readonly string[] = execFileSync(
  'git',
  ['ls-files', '--cached', '--others', '--exclude-standard', '-z'],
  { cwd: checkout, encoding: 'utf8', maxBuffer: 16 * 1024 * 1024 },
)
  .split('\0')
  .filter((file, index, files) => file !== '' && files.indexOf(file) === index && isFile(file));

export const sourceFiles = allFiles.filter((file) => /\.(ts|tsx|mjs|cjs)$/.test(file) && !isGenerated(file));
export const testFiles = sourceFiles.filter(isTest);

export function isTest(file: string): boolean {
  return file.endsWith('.test.ts');
}

function isGenerated(file: string): boolean {
  return /(^|\/)generated\/|\.gen\.ts$/.test(file);
}

function isFile(file: string): boolean {
  const path = join(checkout, file);
  return existsSync(path) && statSync(path).isFile();
}

export function exists(path: string): boolean {
  return existsSync(join(checkout, path));
}

export function read(file: string): string {
  return readFileSync(join(checkout, file), 'utf8');
}

export function countLines(text: string): number {
  return text.split('\n').length - (text.endsWith('\n') ? 1 : 0);
}

const parsed = new Map<string, ts.SourceFile>();

/** Once per file: several rules read all of them. */
export function parse(file: string): ts.SourceFile {
  const known = parsed.get(file) ?? ts.createSourceFile(file, read(file), ts.ScriptTarget.Latest, true);
  parsed.set(file, known);
  return known;
}

export function visit(node: ts.Node, see: (node: ts.Node) => void): void {
  see(node);
  ts.forEachChild(node, (child) => visit(child, see));
}

export function lineOf(source: ts.SourceFile, position: number): number {
  return source.getLineAndCharacterOfPosition(position).line + 1;
}
