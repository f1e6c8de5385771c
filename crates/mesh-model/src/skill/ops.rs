//! Skills of a room: what can be asked.

use crate::api::*;
use crate::ops::{Needs, operations};
use crate::permission::Permission::*;

operations! { LIST Skill
    /// Publish a skill in the Agent Skills format in a room, or the next version of one of yours: a folder with a `SKILL.md`,
    /// whose front matter has its name. From across a trust boundary it is held until a person accepts it. Bundles go to
    /// `PUT /api/rooms/{room}/skill/bytes`.
    SkillPublish "skill.publish" {
        Command Needs::Permission(MemoryWrite), Put "/api/rooms/{room}/skill" => 201,
        SkillPublishInput => SkillStored,
        example r##"{"room": "workshop", "files": [{"path": "SKILL.md", "text": "---\nname: release-notes\ndescription: Writes release notes from commits. Use it before a release.\n---\n\nRead the commits since the last tag.\n"}]}"##
    }
    /// List a room's skills, each with its newest version that may be used; or the versions that wait for you to look at them.
    SkillList "skill.list" {
        Query Needs::Permission(MemoryRead), Get "/api/rooms/{room}/skills" => 200,
        SkillListInput => SkillPage,
        example r#"{"room": "workshop"}"#
    }
    /// Read a skill: its `SKILL.md` or another of its files, what is in its folder, its versions, and who published it. Its
    /// bundle is at `GET /api/rooms/{room}/skill/bytes`.
    SkillGet "skill.get" {
        Query Needs::Permission(MemoryRead), Get "/api/rooms/{room}/skill" => 200,
        SkillGetInput => SkillContent,
        example r#"{"room": "workshop", "name": "release-notes"}"#
    }
    /// Find skills by their words in the rooms where you may read, those first whose name or description has them.
    SkillSearch "skill.search" {
        Query Needs::Permission(MemoryRead), Get "/api/skills" => 200,
        SkillSearchInput => List<SkillFound>,
        example r#"{"query": "release notes"}"#
    }
    /// Let a version be used that is held, as its hash names it. The owner of the mesh may, people who moderate the room, and
    /// people above whoever published it.
    SkillAccept "skill.accept" {
        Command Needs::Permission(MemoryWrite), Post "/api/rooms/{room}/skill/accept" => 200,
        SkillAcceptInput => Done,
        example r#"{"room": "attic", "name": "count-words", "version": 1, "sha256": "$skill"}"#
    }
    /// Withdraw a version of a skill, or all of them: words and files are erased for good. Whoever published it may, those above
    /// it, and moderators.
    SkillWithdraw "skill.withdraw" {
        Command Needs::Permission(MemoryWrite), Post "/api/rooms/{room}/skill/withdraw" => 200,
        SkillWithdrawInput => Done,
        example r#"{"room": "workshop", "name": "release-notes"}"#
    }
}
