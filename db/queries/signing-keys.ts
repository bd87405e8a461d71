/** What a private signing key is sealed with: in another row it does not open. */
export function signingKeyPurpose({ id }: { id: string }): string {
  return `signing-key/${id}`;
}
