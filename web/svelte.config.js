// Svelte in runes mode; styles stay in files of their own, as the content security policy wants it.
/** @type {import('@sveltejs/vite-plugin-svelte').SvelteConfig} */
export default { compilerOptions: { runes: true } };
