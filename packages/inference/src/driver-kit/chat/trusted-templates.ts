/**
 * SHA-256 of chat templates that were read by us: their loops run over messages, tools and arguments only, so what they cost
 * grows with what they are given and no faster. They are rendered without a process of their own, which saves 20 MB of
 * memory. Only those of the catalog's own files belong here; gpt-oss's is none of them, which reads all messages again for
 * each call.
 */
export const TRUSTED_TEMPLATES: ReadonlySet<string> = new Set([
  // smollm2
  '872be49dbb638044ad01b60388f48d469ff2980e5f0dccdc22ec907db54d0788',
  // qwen2.5-coder:1.5b
  'd5495a1e5db0611132a97e46a65dbb64a642a499421228b9c8b93229097fa9a4',
  // qwen3
  '87a2728cb8dc9fe424d624542f6060ec05a1d285ebbec578bb078900e33396b5',
  // llama3.1
  'e10ca381b1ccc5cf9db52e371f3b6651576caee0a630b452e2816b2d404d4b65',
  // llama3.2
  '5816fce10444e03c2e9ee1ef8a4a1ea61ae7e69e438613f3b17b69d0426223a4',
  // gemma3
  '7de1c58e208eda46e9c7f86397df37ec49883aeece39fb961e0a6b24088dd3c4',
  // phi4-mini
  'febf589225c9728ab791f52e8897d7607a823d45368f0a4c92fa68997b40cce9',
  // phi4
  'fe4120415a3858b873955c92ce3a103a95bc97c2cb00b72e62659aaf0f891ee5',
])
