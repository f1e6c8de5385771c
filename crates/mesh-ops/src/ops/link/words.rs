//! The digits that both owners compare, as words: easier to say than numbers, and easier to hear wrong. Each group of five digits
//! is two words, and every group has words of its own, so that they say as much as the digits do.

/// So many words that two of them say more than five digits.
const COUNT: usize = 317;

/// The words for groups of five digits.
pub(super) fn words(digits: &str) -> String {
    let groups = digits.split(' ').filter_map(|group| group.parse().ok());
    let said = groups.filter_map(|number: usize| {
        let (first, second) = (WORDS.get(number / COUNT)?, WORDS.get(number % COUNT)?);
        Some(format!("{first} {second}"))
    });
    said.collect::<Vec<_>>().join(" ")
}

/// Short, of everyday things, no two a letter apart. What was compared once is compared with these: the list never changes.
#[rustfmt::skip]
const WORDS: [&str; COUNT] = [
    "acorn", "actor", "album", "amber", "anchor", "apple", "apron", "arrow", "aspen", "atlas",
    "attic", "autumn", "badge", "baker", "balcony", "bamboo", "banana", "banjo", "barrel", "basil",
    "basket", "beacon", "beaver", "bicycle", "biscuit", "blanket", "blossom", "bonnet", "bottle",
    "boulder", "bracelet", "bramble", "branch", "brass", "breeze", "bridge", "bronze", "broom",
    "bubble", "bucket", "buffalo", "bugle", "butter", "button", "cabin", "cactus", "camel",
    "camera", "canal", "canoe", "canyon", "captain", "caramel", "caravan", "carpet", "carrot",
    "cedar", "cello", "cement", "cherry", "chimney", "chisel", "cinema", "circus", "clarinet",
    "clover", "cobalt", "cobra", "coconut", "coffee", "comet", "compass", "copper", "coral",
    "cotton", "cousin", "cradle", "crayon", "cricket", "crystal", "cucumber", "cushion", "cymbal",
    "dagger", "dairy", "dancer", "desert", "diamond", "dolphin", "domino", "donkey", "dragon",
    "drummer", "eagle", "echo", "eclipse", "elbow", "elephant", "emerald", "engine", "envelope",
    "fabric", "falcon", "feather", "fennel", "ferry", "fiddle", "finger", "flamingo", "flannel",
    "flute", "forest", "fossil", "fountain", "fox", "galaxy", "garden", "garlic", "gazelle",
    "geyser", "giant", "giraffe", "glacier", "goblet", "gondola", "granite", "grape", "gravel",
    "guitar", "hammer", "hammock", "harbour", "harvest", "hazel", "helmet", "heron", "hockey",
    "honey", "horizon", "hotel", "iceberg", "igloo", "indigo", "insect", "island", "ivory",
    "jacket", "jaguar", "jasmine", "jelly", "jewel", "jigsaw", "jungle", "juniper", "kayak",
    "kernel", "kettle", "keyboard", "kitchen", "kiwi", "koala", "ladder", "lagoon", "lantern",
    "laurel", "lemon", "lentil", "leopard", "library", "lilac", "linen", "lizard", "llama",
    "lobster", "lotus", "lumber", "magnet", "magpie", "mango", "mantle", "maple", "marble",
    "market", "meadow", "mermaid", "meteor", "mimosa", "mirror", "mitten", "mosaic", "muffin",
    "museum", "mustard", "napkin", "nectar", "needle", "nickel", "nomad", "nugget", "nutmeg",
    "oasis", "ocean", "octopus", "olive", "onion", "opera", "orange", "orbit", "orchid", "organ",
    "paddle", "palace", "panda", "pantry", "paper", "parsley", "peacock", "pebble", "pelican",
    "pencil", "penguin", "pepper", "piano", "picnic", "pigeon", "pillow", "pilot", "pirate",
    "planet", "plaza", "pocket", "polar", "poppy", "potato", "pottery", "prairie", "pumpkin",
    "puppet", "puzzle", "python", "quarry", "quartz", "quilt", "rabbit", "raccoon", "radar",
    "radish", "raft", "rainbow", "raisin", "raven", "ribbon", "robin", "rosemary", "ruby",
    "saffron", "sailor", "salmon", "sandal", "sapphire", "satin", "saturn", "scarlet", "school",
    "scooter", "season", "shovel", "silver", "sketch", "snail", "soldier", "sparrow", "spider",
    "spiral", "spoon", "squirrel", "stadium", "statue", "sugar", "summit", "tablet", "teapot",
    "temple", "thimble", "thunder", "tiger", "timber", "toast", "topaz", "torch", "tower",
    "tractor", "trumpet", "tulip", "tunnel", "turtle", "umbrella", "unicorn", "valley", "vanilla",
    "velvet", "village", "violet", "volcano", "voyage", "waffle", "wagon", "walnut", "water",
    "whistle", "window", "winter", "wombat", "yellow", "yoghurt", "zebra", "zipper",
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_group_of_digits_has_words_of_its_own() {
        let all: BTreeSet<String> = (0..100_000).map(|n| words(&format!("{n:05}"))).collect();
        assert_eq!(all.len(), 100_000);
        assert!(all.iter().all(|said| said.split(' ').count() == 2));
    }

    #[test]
    fn digits_are_read_group_by_group() {
        assert_eq!(words("00000 00001"), "acorn acorn acorn actor");
        assert_eq!(words("99999").split(' ').count(), 2);
        assert_eq!(words(""), "");
    }
}
