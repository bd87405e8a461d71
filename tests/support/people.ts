import { newId } from '../../db/new-id.ts';
import { createPasswordHasher } from '../../identity/accounts/password-hasher.ts';
import type { TestPlatform } from './platform.ts';
import type { PlatformTenant } from './platform-tenant.ts';

/** Everybody's, in these tests. */
export const password = 'violet kettle on the roof';

/** Somebody who can sign in; the id is in the address, which is answered. */
export async function makeUser({ owner }: TestPlatform, { isOperator = false } = {}): Promise<string> {
  const id = newId('user');
  const email = `${id}@example.com`;
  const hash = await createPasswordHasher().hash(password);
  await owner`insert into identity.users (id, email, name, password_hash, password_changed_at, is_operator)
    values (${id}, ${email}, 'Olivia Owner', ${hash}, now(), ${isOperator})`;
  return email;
}

export async function placeUser(
  { owner }: TestPlatform,
  { tenantId }: Pick<PlatformTenant, 'tenantId'>,
  { email, role }: { email: string; role: string },
): Promise<void> {
  await owner`insert into memberships (tenant_id, id, email, name, role)
    select ${tenantId}, id, email, name, ${role} from identity.users where email = ${email}`;
}
