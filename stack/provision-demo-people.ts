import { randomBytes } from 'node:crypto';
import { openDatabase } from '../db/database.ts';
import type { TenantId } from '../domain/ids.ts';
import { createPasswordHasher } from '../identity/accounts/password-hasher.ts';
import { provisionPlace, provisionUser } from '../identity/accounts/provision-user.ts';
import { type Secrets, saveSecrets } from './secrets.ts';

export const demoAdministrator = 'admin@demo.example';
export const demoOperator = 'operator@redcore.example';
export const shopOwner = 'owner@lighthouse-books.example';

/** Who owns the first tenant, who owns the demo's business, and who runs the platform; their passwords are made once and kept. */
export async function provisionDemoPeople(options: {
  ownerUrl: string;
  dataDir: string;
  secrets: Secrets;
  tenantId: TenantId;
  shopTenantId: TenantId;
}): Promise<{ adminPassword: string; shopPassword: string; operatorPassword: string }> {
  const { ownerUrl, dataDir, secrets, tenantId, shopTenantId } = options;
  const sql = openDatabase(ownerUrl, { max: 1, name: 'redcore-provisioning' });
  const hasher = createPasswordHasher();

  async function passwordOf(email: string): Promise<{ password: string; passwordHash: string }> {
    const password = secrets.passwords[email] ?? randomBytes(15).toString('base64url');
    secrets.passwords[email] = password;
    // Kept first: a password that is in the database but nowhere else would be lost.
    saveSecrets(dataDir, secrets);
    return { password, passwordHash: await hasher.hash(password) };
  }

  async function makeOwner(person: { email: string; name: string }, of: TenantId): Promise<string> {
    const { password, passwordHash } = await passwordOf(person.email);
    const { userId } = await provisionUser(sql, { ...person, passwordHash, isOperator: false });
    await provisionPlace(sql, { ...person, tenantId: of, userId, role: 'owner' });
    return password;
  }

  try {
    const operator = await passwordOf(demoOperator);
    const adminPassword = await makeOwner({ email: demoAdministrator, name: 'Demo Administrator' }, tenantId);
    const shopPassword = await makeOwner({ email: shopOwner, name: 'Ines Keeper' }, shopTenantId);
    const runs = { email: demoOperator, name: 'Demo Operator', passwordHash: operator.passwordHash };
    await provisionUser(sql, { ...runs, isOperator: true });
    return { adminPassword, shopPassword, operatorPassword: operator.password };
  } finally {
    await sql.end();
  }
}
