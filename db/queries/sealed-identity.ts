/** What a user's secret for one-time codes is sealed with. */
export function totpPurpose({ id }: { id: string }): string {
  return `totp/${id}`;
}

/** What the private half of a key that signs tokens is sealed with. */
export function signingKeyPurpose({ id }: { id: string }): string {
  return `signing_key/${id}`;
}
