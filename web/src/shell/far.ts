// What is large and seldom the first to be opened. What each of them needs is listed here and not in the first script.

export const world = () => import('../world/World.svelte');
export const work = () => import('./Work.svelte');
export const settings = () => import('./SettingsView.svelte');
export const roomSettings = () => import('../room/RoomSettings.svelte');
export const rules = () => import('../policy/RulesView.svelte');
export const audit = () => import('../log/AuditView.svelte');
