import { randomBytes } from 'node:crypto';
import { openDatabase } from '../db/database.ts';
import type { TenantId } from '../domain/ids.ts';
import { createPasswordHasher } from '../identity/accounts/password-hasher.ts';
import { provisionPlace, provisionUser } from '../identity/accounts/provision-user.ts';
import { type Secrets, saveSecrets } from './secrets.ts';

export const demoAdministrator = 'admin@demo.example';
export const demoOperator = 'operator@redcore.example';

/** Somebody who owns the demo tenant, and somebody who runs the platform; their passwords are made once and kept. */
export async function provisionDemoPeople(options: {
  ownerUrl: string;
  dataDir: string;
  secrets: Secrets;
  tenantId: TenantId;
}): Promise<{ adminPassword: string; operatorPassword: string }> {
  const { ownerUrl, dataDir, secrets, tenantId } = options;
  const sql = openDatabase(ownerUrl, { max: 1, name: 'redcore-provisioning' });
  const hasher = createPasswordHasher();

  async function passwordOf(email: string): Promise<{ password: string; passwordHash: string }> {
    const password = secrets.passwords[email] ?? randomBytes(15).toString('base64url');
    secrets.passwords[email] = password;
    // Kept first: a password that is in the database but nowhere else would be lost.
    saveSecrets(dataDir, secrets);
    return { password, passwordHash: await hasher.hash(password) };
  }

  try {
    const [admin, operator] = [await passwordOf(demoAdministrator), await passwordOf(demoOperator)];
    const person = { email: demoAdministrator, name: 'Demo Administrator' };
    const userId = await provisionUser(sql, { ...person, passwordHash: admin.passwordHash, isOperator: false });
    await provisionPlace(sql, { ...person, tenantId, userId, role: 'owner' });
    const runs = { email: demoOperator, name: 'Demo Operator', passwordHash: operator.passwordHash };
    await provisionUser(sql, { ...runs, isOperator: true });
    return { adminPassword: admin.password, operatorPassword: operator.password };
  } finally {
    await sql.end();
  }
}
