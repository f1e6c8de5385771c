//! The list of nouns: what each has of API types (`api`), operations (`ops`), commands
//! (`command`) and events (`events`), in a folder of its own. A new noun is a line here and its
//! `mod` in `lib.rs`; the facades, [`Command`](crate::Command) and [`Facts`](crate::Facts) follow from it.

/// Calls `callback! { noun Name: [api ops] [ItsCommand] [ItsFacts]; … }` with every noun; what a noun does
/// not have is left empty. The order is that of the reference.
macro_rules! nouns {
    ($callback:ident) => {
        $callback! {
            mesh Mesh: [api ops] [MeshCommand] [MeshFacts];
            log Log: [api ops] [] [];
            login Login: [api ops] [] [];
            user User: [api ops] [UserCommand] [UserFacts];
            credential Credential: [api ops] [CredentialCommand] [CredentialFacts];
            invite Invite: [api ops] [InviteCommand] [InviteFacts];
            participant Participant: [api ops] [ParticipantCommand] [ParticipantFacts];
            presence Presence: [api ops] [] [];
            session Session: [api ops] [SessionCommand] [SessionFacts];
            group Group: [api ops] [GroupCommand] [GroupFacts];
            room Room: [api ops] [RoomCommand] [RoomFacts];
            message Message: [api ops] [MessageCommand] [MessageFacts];
            inbox Inbox: [api ops] [] [];
            attention Attention: [api ops] [] [];
            delivery Delivery: [api ops] [] [];
            event_type EventType: [api ops] [EventTypeCommand] [EventTypeFacts];
            policy Policy: [api ops] [PolicyCommand] [PolicyFacts];
            quarantine Quarantine: [api ops] [QuarantineCommand] [QuarantineFacts];
            influence Influence: [api ops] [InfluenceCommand] [InfluenceFacts];
            guard Guard: [api ops] [GuardCommand] [GuardFacts];
            identity Identity: [api ops] [IdentityCommand] [IdentityFacts];
            secret Secret: [api ops] [SecretCommand] [SecretFacts];
            task Task: [api ops] [TaskCommand] [TaskFacts];
            worker Worker: [api ops] [WorkerCommand] [WorkerFacts];
            dispatch Dispatch: [ops] [DispatchCommand] [DispatchFacts];
            budget Budget: [api ops] [BudgetCommand] [BudgetFacts];
            approval Approval: [api ops] [ApprovalCommand] [ApprovalFacts];
            template Template: [api ops] [TemplateCommand] [TemplateFacts];
            context Context: [api ops] [ContextCommand] [ContextFacts];
            memory Memory: [api ops] [MemoryCommand] [MemoryFacts];
            entity Entity: [api ops] [EntityCommand] [EntityFacts];
            lease Lease: [api ops] [LeaseCommand] [LeaseFacts];
            file File: [api ops] [FileCommand] [FileFacts];
            skill Skill: [api ops] [SkillCommand] [SkillFacts];
            schedule Schedule: [api ops] [ScheduleCommand] [ScheduleFacts];
            clock Clock: [api ops] [ClockCommand] [ClockFacts];
            position Position: [api ops] [] [];
            alert Alert: [api ops] [AlertCommand] [AlertFacts];
            webhook Webhook: [api ops] [WebhookCommand] [WebhookFacts];
            push Push: [api ops] [] [];
            inlet Inlet: [api ops] [InletCommand] [InletFacts];
            link Link: [api ops] [LinkCommand] [LinkFacts];
            tool Tool: [api ops] [ToolCommand] [ToolFacts];
            sandbox Sandbox: [api ops] [] [];
            journal Journal: [api ops] [JournalCommand] [JournalFacts];
            report Report: [api ops] [] [];
            plan Plan: [api ops] [] [];
            chat Chat: [api ops] [] [];
        }
    };
}
pub(crate) use nouns;
