// What is large, or seldom the first to be opened. What each of them needs is listed here and not in the first script.

export const world = () => import('../world/World.svelte');
export const work = () => import('./Work.svelte');
export const settings = () => import('./SettingsView.svelte');
export const roomSettings = () => import('../room/RoomSettings.svelte');
export const rules = () => import('../policy/RulesView.svelte');
export const past = () => import('../log/Past.svelte');
export const travel = () => import('../log/past.svelte.ts').then((past) => past.travel());
export const audit = () => import('../log/AuditView.svelte');
export const search = () => import('../message/SearchView.svelte');
export const quarantine = () => import('../quarantine/QuarantineView.svelte');
export const files = () => import('../file/FilesView.svelte');
export const known = () => import('../entity/EntitiesView.svelte');
export const skills = () => import('../skill/SkillsView.svelte');
export const signIn = () => import('../login/SignIn.svelte');
export const card = () => import('./Card.svelte');
export const keys = () => import('./Keys.svelte');
export const invite = () => import('../invite/Invite.svelte');
export const createRoom = () => import('../room/CreateRoom.svelte');
export const moderate = () => import('../room/Moderate.svelte');
export const quote = () => import('../message/QuoteElsewhere.svelte');
export const newTask = () => import('../task/NewTask.svelte');
