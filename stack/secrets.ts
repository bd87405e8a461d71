import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeFileAtomically } from './write-file-atomically.ts';

export type Secrets = {
  ownerPassword: string;
  appPassword: string;
  systemPassword: string;
  identityPassword: string;
  keySecret: string;
  /** Seals credentials at rest. */
  sealSecret: string;
  sandboxWebhookSecret: string;
  /** API keys already handed out, by tenant name: they stay valid over restarts. */
  apiKeys: Record<string, string>;
  /** Of the people made for the demo, by address. */
  passwords: Record<string, string>;
  /** OAuth2 clients already handed out, by tenant name. */
  oauthClients?: Record<string, { id: string; secret: string }>;
};

function secretsFile(dataDir: string): string {
  return join(dataDir, 'secrets.json');
}

export function saveSecrets(dataDir: string, secrets: Secrets): void {
  writeFileAtomically(secretsFile(dataDir), `${JSON.stringify(secrets, null, 2)}\n`, 0o600);
}

/** Created once per data folder; the passwords are those the database in that folder was initialised with. */
export function loadSecrets(dataDir: string): Secrets {
  const file = secretsFile(dataDir);
  if (existsSync(file)) {
    chmodSync(file, 0o600);
    return complete(dataDir, JSON.parse(readFileSync(file, 'utf8')) as Secrets);
  }
  const secrets: Secrets = {
    ownerPassword: random(),
    appPassword: random(),
    systemPassword: random(),
    identityPassword: random(),
    keySecret: random(),
    sealSecret: random(),
    sandboxWebhookSecret: random(),
    apiKeys: {},
    passwords: {},
  };
  saveSecrets(dataDir, secrets);
  return secrets;
}

function random(): string {
  return randomBytes(24).toString('hex');
}

/** A data folder from before a secret was needed does not have it yet. */
function complete(dataDir: string, secrets: Partial<Secrets> & Secrets): Secrets {
  if (secrets.sealSecret && secrets.identityPassword && secrets.passwords) return secrets;
  const completed = { ...secrets };
  completed.sealSecret ??= random();
  completed.identityPassword ??= random();
  completed.passwords ??= {};
  saveSecrets(dataDir, completed);
  return completed;
}
