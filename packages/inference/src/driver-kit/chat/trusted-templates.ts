/**
 * SHA-256 of chat templates that were read by us: they are rendered without a process of their own, which saves 20 MB of
 * memory. Only those of the catalog's own files belong here.
 */
export const TRUSTED_TEMPLATES: ReadonlySet<string> = new Set([
  // smollm2:135m
  '872be49dbb638044ad01b60388f48d469ff2980e5f0dccdc22ec907db54d0788',
  // qwen2.5-coder:1.5b
  'd5495a1e5db0611132a97e46a65dbb64a642a499421228b9c8b93229097fa9a4',
])
