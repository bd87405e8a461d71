/** The arrows of ARCHITECTURE.md: what a room may import. Tests, benchmarks and process entries may import everything. */
const rooms = {
  domain: [],
  contracts: ['domain'],
  runtime: [],
  db: ['domain', 'contracts', 'runtime'],
  adapters: ['domain', 'contracts', 'runtime'],
  identity: ['domain', 'db', 'contracts', 'runtime'],
  billing: ['domain', 'db', 'contracts', 'runtime'],
  activities: ['billing', 'runtime'],
  workflows: [],
  api: ['domain', 'billing', 'identity', 'db', 'contracts', 'runtime'],
  pipelines: ['domain', 'billing', 'db', 'contracts', 'runtime'],
  portals: [],
  stack: ['domain', 'portals', 'runtime', 'db', 'identity', 'contracts', 'adapters', 'pipelines', 'workers'],
};

/** What a room may import as types only. */
const typeRooms = {
  portals: ['contracts/generated'],
  contracts: ['domain'],
  activities: ['contracts', 'domain'],
  workflows: ['activities', 'domain'],
};

/** These know ports as types; the error a port throws is part of the port and is caught by its class. */
const portReaders = ['billing', 'activities', 'api', 'pipelines', 'identity'];
const portFiles = '^adapters/.+/(port|registry|account)[.]ts$';
const portErrors = '^adapters/.+/[a-z-]+-error[.]ts$';

/** Each package that reaches outside has its doors; a room not named here cannot open another. */
const doors = [
  { name: 'kafka', packages: ['kafkajs'], rooms: ['adapters/events'] },
  { name: 'stripe', packages: ['stripe'], rooms: ['adapters/payments/stripe'] },
  { name: 'redis', packages: ['ioredis'], rooms: ['adapters/cache', 'adapters/short-lived'] },
  { name: 'limits', packages: ['rate-limiter-flexible'], rooms: ['adapters/limits'] },
  { name: 'sql', packages: ['postgres', 'drizzle-orm', 'drizzle-kit'], rooms: ['db', 'drizzle[.]config'] },
  {
    name: 'temporal-client',
    packages: ['@temporalio/client', '@temporalio/proto'],
    rooms: ['adapters/engine', 'runtime', 'workers'],
  },
  { name: 'temporal-worker', packages: ['@temporalio/worker'], rooms: ['runtime', 'workers'] },
  { name: 'temporal-workflow', packages: ['@temporalio/workflow'], rooms: ['workflows'] },
  { name: 'temporal-activity', packages: ['@temporalio/activity'], rooms: ['activities', 'workers'] },
  {
    name: 'http-server',
    packages: ['hono', '@hono/.+', 'swagger-ui-dist'],
    rooms: ['api', 'identity', 'contracts', 'pipelines', 'workers'],
  },
  { name: 'metrics', packages: ['prom-client'], rooms: ['runtime'] },
  { name: 'log', packages: ['pino'], rooms: ['runtime'] },
  { name: 'paypal', packages: ['@paypal/.+'], rooms: ['adapters/payments/paypal'] },
  { name: 'pdf', packages: ['pdfkit'], rooms: ['adapters/documents'] },
  { name: 'oidc', packages: ['oidc-provider', 'openid-client', 'jose'], rooms: ['identity'] },
  { name: 'passwords', packages: ['@node-rs/argon2', 'otpauth', 'qrcode'], rooms: ['identity'] },
  { name: 'proxies', packages: ['proxy-addr'], rooms: ['api'] },
  {
    name: 'bundler',
    packages: ['vite', '@vitejs/.+', 'openapi-typescript'],
    rooms: ['portals/vite-settings', 'stack'],
  },
  {
    name: 'pages',
    packages: [
      'react',
      'react-dom',
      'react-i18next',
      'i18next',
      '@mantine/.+',
      '@tanstack/.+',
      '@tabler/.+',
      'openapi-fetch',
    ],
    rooms: ['portals'],
  },
  { name: 'zones', packages: ['luxon'], rooms: ['domain/calendar'] },
];

const anyOf = (names) => `(${names.join('|')})`;
const tests = '[.](test|bench)[.]ts$';
/** One suite per port, beside it; only tests run it. */
const contracts = '^adapters/[^/]+/contract(/|[.]ts$)';
const local = `^${anyOf([...Object.keys(rooms), 'workers', 'tests', 'bench', 'ops', 'portals'])}/`;
const npm = ['npm', 'npm-dev', 'npm-optional', 'npm-peer', 'npm-no-pkg', 'npm-unknown'];

const values = Object.entries(rooms).map(([room, allowed]) => ({
  name: `values-of-${room}`,
  comment: `${room}/ imports only ${allowed.join(', ') || 'itself'}${portReaders.includes(room) ? ', port errors' : ''}`,
  severity: 'error',
  from: { path: `^${room}/`, pathNot: tests },
  to: {
    path: local,
    pathNot: [`^${anyOf([room, ...allowed])}/`, ...(portReaders.includes(room) ? [portErrors] : [])],
    dependencyTypesNot: ['type-only'],
  },
}));

const types = Object.entries(rooms).map(([room, allowed]) => ({
  name: `types-of-${room}`,
  comment: `${room}/ knows other rooms only by the arrows of ARCHITECTURE.md, also as types`,
  severity: 'error',
  from: { path: `^${room}/`, pathNot: tests },
  to: {
    path: local,
    pathNot: [
      `^${anyOf([room, ...allowed, ...(typeRooms[room] ?? [])])}/`,
      ...(portReaders.includes(room) ? [portFiles, portErrors] : []),
    ],
    dependencyTypes: ['type-only'],
  },
}));

const packages = doors.map((door) => ({
  name: `door-of-${door.name}`,
  comment: `${door.packages.join(', ')} only behind ${door.rooms.join(', ')}`,
  severity: 'error',
  from: { path: local, pathNot: [tests, `^${anyOf([...door.rooms, 'tests', 'bench', 'stack'])}`] },
  to: { path: `node_modules/${anyOf(door.packages)}/` },
}));

module.exports = {
  forbidden: [
    ...values,
    ...types,
    ...packages,
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'pure-domain',
      comment: 'no package but the zoned-date library of calendar/, no Node',
      severity: 'error',
      from: { path: '^domain/', pathNot: tests },
      to: { dependencyTypes: [...npm, 'core'], pathNot: 'node_modules/(@types/)?luxon/' },
    },
    {
      name: 'deterministic-workflows',
      comment: 'no package but @temporalio/workflow and @temporalio/common, no Node',
      severity: 'error',
      from: { path: '^workflows/', pathNot: tests },
      to: { dependencyTypes: [...npm, 'core'], pathNot: 'node_modules/@temporalio/(workflow|common)/' },
    },
    {
      name: 'browser-portals',
      comment: 'pages run in a browser: no Node',
      severity: 'error',
      from: { path: '^portals/', pathNot: [tests, '^portals/vite-settings[.]ts$'] },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'no-test-code',
      comment: 'what runs in production imports no test and no test library',
      severity: 'error',
      from: { path: `^${anyOf([...Object.keys(rooms), 'workers'])}/`, pathNot: [tests, '^stack/', contracts] },
      to: { path: ['^tests/', tests, contracts, 'node_modules/(vitest|fast-check|@temporalio/testing)/'] },
    },
    {
      name: 'resolvable',
      comment: 'an import that leads nowhere, or to a package not in package.json',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: 'declared',
      severity: 'error',
      from: { path: local },
      to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown'] },
    },
  ],
  options: {
    doNotFollow: { path: ['node_modules'] },
    exclude: { path: ['[.]redcore/', '^portals/dist/'] },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default', 'types'] },
    cache: { folder: 'node_modules/.cache/dependency-cruiser', strategy: 'content' },
  },
};
