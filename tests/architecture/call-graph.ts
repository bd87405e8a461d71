import { dirname, join, normalize } from 'node:path';
import ts from 'typescript';
import { parse, visit } from './source-files.ts';

/** A top-level function of a room, with what its body names. */
export interface GraphFunction {
  file: string;
  name: string;
  exported: boolean;
  /** `file#name` of functions and imports the body mentions. */
  mentions: readonly string[];
  /** Its SQL text inserts, updates or deletes. */
  writesSql: boolean;
  /** Its SQL text writes a row of the audit by itself. */
  writesAudit: boolean;
}

const auditSql = /\binsert\s+into\s+audit_log\b/i;
const writingSql = /\b(insert\s+into|update\s+\w+\s+set|delete\s+from)\b/i;

function importsOf(source: ts.SourceFile, file: string): Map<string, string> {
  const origins = new Map<string, string>();
  for (const statement of source.statements) {
    if (!ts.isImportDeclaration(statement) || !ts.isStringLiteral(statement.moduleSpecifier)) continue;
    const specifier = statement.moduleSpecifier.text;
    const target = specifier.startsWith('.') ? normalize(join(dirname(file), specifier)) : specifier;
    const bindings = statement.importClause?.namedBindings;
    if (!bindings || !ts.isNamedImports(bindings)) continue;
    for (const { name, propertyName } of bindings.elements) {
      origins.set(name.text, `${target}#${(propertyName ?? name).text}`);
    }
  }
  return origins;
}

interface NamedNode {
  name: string;
  node: ts.Node;
  exported: boolean;
}

function functionsOf(source: ts.SourceFile): NamedNode[] {
  return source.statements.flatMap((statement): NamedNode[] => {
    const exported =
      ts.canHaveModifiers(statement) &&
      (ts.getModifiers(statement) ?? []).some((modifier) => modifier.kind === ts.SyntaxKind.ExportKeyword);
    if (ts.isFunctionDeclaration(statement) && statement.name) {
      return [{ name: statement.name.text, node: statement, exported }];
    }
    if (!ts.isVariableStatement(statement)) return [];
    return statement.declarationList.declarations.flatMap(({ name, initializer }) =>
      ts.isIdentifier(name) && initializer ? [{ name: name.text, node: initializer, exported }] : [],
    );
  });
}

/** Every top-level function of these files, by `file#name`. */
export function buildCallGraph(files: readonly string[]): Map<string, GraphFunction> {
  const graph = new Map<string, GraphFunction>();
  for (const file of files) {
    const source = parse(file);
    const origins = importsOf(source, file);
    const functions = functionsOf(source);
    for (const { name } of functions) origins.set(name, `${file}#${name}`);
    for (const { name, node, exported } of functions) {
      const mentions = new Set<string>();
      const sql: string[] = [];
      visit(node, (child) => {
        if (ts.isIdentifier(child) && origins.has(child.text)) mentions.add(origins.get(child.text) ?? '');
        if (ts.isTemplateLiteral(child)) sql.push(child.getText(source));
      });
      mentions.delete(`${file}#${name}`);
      const writesSql = sql.some((text) => writingSql.test(text));
      const writesAudit = sql.some((text) => auditSql.test(text));
      graph.set(`${file}#${name}`, { file, name, exported, mentions: [...mentions], writesSql, writesAudit });
    }
  }
  return graph;
}

/** What a function reaches, itself and what lies outside the graph included; `stopAt` is reached but not entered. */
export function reach(graph: Map<string, GraphFunction>, from: string, stopAt: readonly string[] = []): Set<string> {
  const reached = new Set<string>();
  const queue = [from];
  for (let at = queue.pop(); at !== undefined; at = queue.pop()) {
    if (reached.has(at)) continue;
    reached.add(at);
    if (!stopAt.includes(at)) queue.push(...(graph.get(at)?.mentions ?? []));
  }
  return reached;
}
