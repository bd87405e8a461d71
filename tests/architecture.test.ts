import ts from 'typescript';
import { describe, expect, it, vi } from 'vitest';
import { eventRegistry } from '../contracts/events/index.ts';
import { buildCallGraph, reach } from './architecture/call-graph.ts';
import { documents, findDeadReferences } from './architecture/doc-references.ts';
import {
  allFiles,
  countLines,
  exists,
  isTest,
  lineOf,
  parse,
  read,
  sourceFiles,
  testFiles,
  visit,
} from './architecture/source-files.ts';

// The first rule parses every file, which takes a while beside other work.
vi.setConfig({ testTimeout: 30_000 });

const linesMax = { source: 300, test: 500 };
const functionLinesMax = 70;
/** Imports of types are free: they say what a file talks about, not what it leans on. */
const importsMax = 14;
/** A page is put together of parts, each by itself. */
const importsOfPageMax = 20;
const foldersBelowRoomMax = 3;

const rooms = [
  ...['domain', 'billing', 'workflows', 'activities', 'adapters', 'db', 'contracts', 'identity', 'api', 'pipelines'],
  ...['workers', 'portals', 'runtime', 'stack', 'ops', 'tests', 'bench', 'docs'],
];
const bannedWords = ['utils', 'util', 'helpers', 'helper', 'common', 'misc', 'manager', 'service', 'v2', 'legacy'];
const registries = ['workflows/index.ts', 'activities/index.ts', 'contracts/events/index.ts'];
const thirdParty = /^(package-lock\.json|LICENSE|.*\.schema\.json|.*\.ico|.*\.png)$/;
const thisFile = 'tests/architecture.test.ts';

/** The topics of the contract (spec §7). */
const contractTopics = [
  ...['created', 'updated', 'cancelled', 'paused', 'resumed', 'renewed', 'expired'].map(
    (fact) => `subscriptions.${fact}`,
  ),
  'subscriptions.renew_required',
  // Owed to a subscription whose customer has another default method (decision 0040).
  'subscriptions.collect_required',
  ...['created', 'finalized', 'paid'].map((fact) => `invoices.${fact}`),
  ...['requested', 'retry.requested', 'retry.manual', 'failed', 'completed'].map((fact) => `payments.${fact}`),
  ...['failed_permanent', 'refunded', 'disputed'].map((fact) => `payments.${fact}`),
  'webhooks.received',
  'notifications.requested',
];
const topicLike = /^(subscriptions|invoices|payments|webhooks|notifications)(\.[a-z_]+)+$/;
const producers = /^(billing|pipelines|activities|api|db)\//;

const recorders = /#(writeTimeline|writeAudit|recordAudit|insertTimeline|insertAudits)$/;
const rowWriter = /^db\/.*#(insert|update|upsert|delete|archive|release|record)[A-Z]/;
/** They only carry the transaction: what happens in it, and its record, is their caller's. */
const carriers = [
  ...['stepOnAttempt', 'changeAttempt', 'changeOne', 'changePayment', 'changePaymentOnEvent'],
  ...['answerOnce', 'answerAroundCall', 'answerShowingOnce'],
  ...['stepOnAttempt', 'changeAttempt', 'changeOne', 'answerOnce', 'answerAroundCall', 'changeInvoice', 'changeRefund'],
  // Decides nothing: it writes what the refund's workflow has promised.
  'takeRefundStep',
];

const writingRooms = /^(billing|db|identity|pipelines)\//;
/** What writes in identity and the pipelines without a record of its own, and why. */
const unrecordedByDesign: Readonly<Record<string, string>> = {
  'identity/accounts/recovery-codes.ts#replaceRecoveryCodes': 'a part of what its callers record',
  'identity/accounts/reset-password.ts#makeResetLink': 'a part of what its callers record',
  'identity/accounts/reset-password.ts#makeResetLinkFor': 'a part of what resetMemberPassword records',
  'identity/accounts/void-access.ts#voidGrants': 'a part of what its callers record',
  'identity/accounts/void-access.ts#voidResetLinks': 'a part of what its callers record',
  'identity/oidc/durable-records.ts#createDurableRecords': 'the protocol’s own records: who signs in is recorded there',
  'identity/oidc/durable-records.ts#removeExpiredRecords': 'what has expired by itself',
  'identity/oidc/provider-settings.ts#providerSettings': 'reaches the protocol’s own records',
  'pipelines/audit/seal-audit.ts#startSealing': 'seals the records themselves',
  'pipelines/audit/seal-audit.ts#sealTenant': 'seals the records themselves',
  'pipelines/forwarder/note-failure.ts#noteFailure': 'a try at a message; the inbox keeps it',
  'pipelines/forwarder/wake-overdue.ts#wakeOverdue': 'wakes, and changes nothing',
  'pipelines/reconcile.ts#reconcileOverdue': 'wakes, and changes nothing',
  'pipelines/relay/relay-intents.ts#startIntentRelay': 'carries what has been recorded',
  'pipelines/relay/relay-messages.ts#startMessageRelay': 'carries what has been recorded',
  'pipelines/relay/run-relay.ts#runRelay': 'carries what has been recorded',
  'pipelines/send-intents.ts#createIntentSender': 'carries what has been recorded',
  'pipelines/settle-intents.ts#createIntentSettler': 'carries what has been recorded',
  'pipelines/webhooks/run-catch-up.ts#startCatchUp': 'stores notifications; what they change is recorded',
  'pipelines/webhooks/write-inbox.ts#createInboxWriter': 'stores notifications; what they change is recorded',
};

const ownTexts = allFiles.filter((file) => !thirdParty.test(file) && file !== thisFile);

function linesMatching(files: readonly string[], pattern: RegExp): string[] {
  return files.flatMap((file) =>
    read(file)
      .split('\n')
      .flatMap((line, index) => (pattern.test(line) ? [`${file}:${index + 1}: ${line.trim().slice(0, 120)}`] : [])),
  );
}

describe('sizes', () => {
  it('keeps every file within its limit', () => {
    const tooLong = sourceFiles
      .map((file) => ({ file, lines: countLines(read(file)) }))
      .filter(({ file, lines }) => lines > (isTest(file) ? linesMax.test : linesMax.source));
    expect(tooLong).toEqual([]);
  });

  it('keeps every function on a screen', () => {
    const tooLong: string[] = [];
    for (const file of sourceFiles.filter((name) => !isTest(name))) {
      const source = parse(file);
      visit(source, (node) => {
        if (!ts.isFunctionLike(node) || !('body' in node) || node.body === undefined) return;
        const first = lineOf(source, node.getStart(source));
        const length = lineOf(source, node.getEnd()) - first + 1;
        if (length > functionLinesMax) tooLong.push(`${file}:${first}: ${length} lines`);
      });
    }
    expect(tooLong).toEqual([]);
  });

  it('keeps imports few enough to name what a file is about', () => {
    const tooMany = sourceFiles
      .map((file) => ({
        file,
        imports: parse(file).statements.filter(
          (node) => ts.isImportDeclaration(node) && node.importClause?.isTypeOnly !== true,
        ).length,
      }))
      .filter(({ file, imports }) => imports > (file.endsWith('.tsx') ? importsOfPageMax : importsMax));
    expect(tooMany).toEqual([]);
  });
});

describe('names', () => {
  it('knows every top-level folder as a room', () => {
    const folders = new Set(allFiles.filter((file) => file.includes('/')).map((file) => file.split('/')[0] ?? ''));
    expect([...folders].filter((folder) => !folder.startsWith('.') && !rooms.includes(folder))).toEqual([]);
  });

  it('has no folder or file named for what nobody could name', () => {
    const banned = allFiles.filter((file) =>
      file.split('/').some((part) => part.split(/[-.]/).some((word) => bannedWords.includes(word))),
    );
    expect(banned).toEqual([]);
  });

  it('writes file and folder names in kebab-case', () => {
    const kebab = /^[.]?[a-z0-9]+(-[a-z0-9]+)*([.][a-z0-9-]+)*$/;
    const wrong = sourceFiles.filter((file) => !file.split('/').every((part) => kebab.test(part)));
    expect(wrong).toEqual([]);
  });

  it('nests at most three folders below a room', () => {
    expect(sourceFiles.filter((file) => file.split('/').length - 2 > foldersBelowRoomMax)).toEqual([]);
  });

  it('has no barrel but the registries', () => {
    const barrels = sourceFiles.filter((file) => file.endsWith('/index.ts') && !file.startsWith('portals/'));
    expect(barrels.filter((file) => !registries.includes(file))).toEqual([]);
  });
});

describe('documents', () => {
  it('lead to files and commands that exist', () => {
    const dead = documents.flatMap((file) => findDeadReferences(file, read(file)).map((what) => `${file}: ${what}`));
    expect(dead).toEqual([]);
  });

  it('are read closely enough to notice a path, a link and a command that lead nowhere', () => {
    const text =
      'See `domain/no-such-file.ts`, `no-such-file.ts`, [this](no/such/file.md) and `npm run no-such-script`.';
    expect(findDeadReferences('README.md', text)).toHaveLength(4);
    expect(
      findDeadReferences('README.md', 'See `domain/*`, `biome.json`, [this](biome.json) and `npm run check`.'),
    ).toEqual([]);
  });

  it('list every requirement that code cites', () => {
    if (!exists('docs/requirements.md')) return;
    const known = new Set(read('docs/requirements.md').match(/\bR\d{1,2}\b/g));
    const cited = sourceFiles.flatMap((file) =>
      (read(file).match(/(?<=[( ])R\d{2}(?=[,);: .])/g) ?? []).map((requirement) => ({ file, requirement })),
    );
    expect(cited.filter(({ requirement }) => !known.has(requirement))).toEqual([]);
  });
});

describe('events', () => {
  it('have a schema for every topic of the contract, and no other', () => {
    expect(Object.keys(eventRegistry).sort()).toEqual([...contractTopics].sort());
  });

  it('are written only under a registered topic', () => {
    const unknown: string[] = [];
    for (const file of sourceFiles.filter((name) => producers.test(name) && !isTest(name))) {
      const source = parse(file);
      visit(source, (node) => {
        if (!ts.isStringLiteralLike(node) || !topicLike.test(node.text) || node.text in eventRegistry) return;
        unknown.push(`${file}:${lineOf(source, node.getStart(source))}: ${node.text}`);
      });
    }
    expect(unknown).toEqual([]);
  });
});

describe('mutations', () => {
  const graph = buildCallGraph(sourceFiles.filter((file) => file.startsWith('billing/') && !isTest(file)));
  // It writes whatever was recorded, so reaching it proves nothing about a record.
  const settle = [...graph.keys()].filter((key) => key.endsWith('#settle'));
  const verbs = [...graph].flatMap(([key, { exported, name }]) => {
    const reached = [...reach(graph, key, settle)];
    const opensTransaction = reached.some((at) => at.endsWith('#withTenant'));
    const writes = reached.some((at) => settle.includes(at) || rowWriter.test(at) || graph.get(at)?.writesSql);
    if (!exported || carriers.includes(name) || !opensTransaction || !writes) return [];
    return [{ key, recorded: reached.some((at) => recorders.test(at)) }];
  });

  it('are found by the call graph of billing', () => {
    expect(verbs.map(({ key }) => key)).toContain('billing/steps/take-step.ts#takeStep');
    expect(verbs.length).toBeGreaterThan(5);
  });

  it('leave a timeline or audit row', () => {
    expect(verbs.filter(({ recorded }) => !recorded).map(({ key }) => key)).toEqual([]);
  });

  const others = buildCallGraph(sourceFiles.filter((file) => writingRooms.test(file) && !isTest(file)));
  const writers = [...others].flatMap(([key, { file, exported }]) => {
    if (!exported || !/^(identity|pipelines)\//.test(file)) return [];
    const reached = [...reach(others, key)];
    return reached.some((at) => others.get(at)?.writesSql)
      ? [{ key, recorded: reached.some((at) => recorders.test(at) || others.get(at)?.writesAudit) }]
      : [];
  });

  it('are found by the call graphs of identity and of the pipelines', () => {
    const found = writers.filter(({ recorded }) => recorded).map(({ key }) => key);
    expect(found).toContain('identity/accounts/enrol-totp.ts#removeTotp');
    expect(found).toContain('pipelines/erase-tenants.ts#eraseDue');
  });

  it('leave one in identity and the pipelines too, but those that are known to need none', () => {
    const unrecorded = writers.filter(({ recorded }) => !recorded).map(({ key }) => key);
    expect(unrecorded.filter((key) => !(key in unrecordedByDesign))).toEqual([]);
    expect(Object.keys(unrecordedByDesign).filter((key) => !others.has(key))).toEqual([]);
  });
});

describe('texts', () => {
  it('name no package registry', () => {
    const hosts = [
      'registry.npmjs',
      'registry.yarnpkg',
      'pypi.org',
      'pythonhosted',
      'proxy.golang',
      'repo.maven',
      'docker.io',
    ];
    const pattern = new RegExp(hosts.map((host) => host.replace('.', '[.]')).join('|'), 'i');
    expect(linesMatching(ownTexts, pattern)).toEqual([]);
  });

  it('contain no path of one machine', () => {
    expect(linesMatching(ownTexts, /(?<![\w.}])\/(root|home|Users|work|farm)\/[\w.-]/)).toEqual([]);
  });

  it('leave package addresses out of the lock file', () => {
    expect(linesMatching(['package-lock.json'], /"resolved"/)).toEqual([]);
  });

  it('promise nothing for later', () => {
    expect(linesMatching(ownTexts, /\b(TODO|FIXME|HACK)\b/)).toEqual([]);
  });

  it('speak of the project and of nothing that made it', () => {
    const pattern = /\bAI\b|\bLLMs?\b|language model|coding agent|\bas (asked|requested)\b|\bissue #?\d/i;
    expect(linesMatching(ownTexts, pattern)).toEqual([]);
  });
});

describe('habits', () => {
  it('runs every test', () => {
    const pattern = /\b(it|test|describe)(\.\w+)*\.(only|skip|skipIf|runIf|todo|fails)\b/;
    expect(
      linesMatching(
        testFiles.filter((file) => file !== 'tests/lint-guards.test.ts' && file !== thisFile),
        pattern,
      ),
    ).toEqual([]);
  });

  it('reads the environment in one place', () => {
    const readers = sourceFiles.filter((file) => {
      if (file === 'runtime/config.ts' || file.startsWith('stack/') || isTest(file)) return false;
      let reads = false;
      visit(parse(file), (node) => {
        if (ts.isPropertyAccessExpression(node) && node.getText() === 'process.env') reads = true;
      });
      return reads;
    });
    expect(readers).toEqual([]);
  });
});
