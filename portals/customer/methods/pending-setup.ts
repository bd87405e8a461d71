const storageKey = 'redcore-method-setup';

/** The set-up under way while the customer is at the provider's page: not every provider names it on the way back. */
export function rememberSetup(setupId: string): void {
  sessionStorage.setItem(storageKey, setupId);
}

export function pendingSetup(): string | null {
  return sessionStorage.getItem(storageKey);
}

export function forgetSetup(): void {
  sessionStorage.removeItem(storageKey);
}
