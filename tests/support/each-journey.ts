import { afterAll, beforeAll, beforeEach } from 'vitest';
import type { PlatformTenant } from './platform-tenant.ts';
import { type PortalJourneys, startPortalJourneys } from './portal-journeys.ts';

/** The platform with a browser for all tests of a file, and a business for each; without a browser they are skipped. */
export function beforeEachJourney(begin: (journeys: PortalJourneys, tenant: PlatformTenant) => void): void {
  let journeys: PortalJourneys | null;
  beforeAll(async () => {
    journeys = await startPortalJourneys();
  });
  beforeEach(async ({ skip }) => {
    if (journeys === null) return skip('Chromium is not on the PATH');
    begin(journeys, await journeys.platform.makeTenant());
  });
  afterAll(() => journeys?.stop());
}
