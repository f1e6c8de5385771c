// Emoji by the names people type between colons. It comes when the first of them is typed.

import { best } from '../shell/match.ts';

const TABLE = `
grinning 😀|smiley 😃|smile 😄|grin 😁|laughing 😆|sweat_smile 😅|rofl 🤣|joy 😂|slightly_smiling 🙂|upside_down 🙃|wink 😉|blush 😊
innocent 😇|heart_eyes 😍|star_struck 🤩|kissing_heart 😘|yum 😋|stuck_out_tongue 😛|zany 🤪|money_mouth 🤑|hugging 🤗|thinking 🤔
zipper_mouth 🤐|raised_eyebrow 🤨|neutral 😐|expressionless 😑|no_mouth 😶|smirk 😏|unamused 😒|roll_eyes 🙄|grimacing 😬|lying 🤥
relieved 😌|pensive 😔|sleepy 😪|sleeping 😴|mask 😷|thermometer_face 🤒|nauseated 🤢|sneezing 🤧|hot_face 🥵|cold_face 🥶|dizzy_face 😵
exploding_head 🤯|cowboy 🤠|partying 🥳|sunglasses 😎|nerd 🤓|monocle 🧐|confused 😕|worried 😟|frowning ☹️|open_mouth 😮|astonished 😲
flushed 😳|pleading 🥺|anguished 😧|fearful 😨|cold_sweat 😰|cry 😢|sob 😭|scream 😱|disappointed 😞|sweat 😓|weary 😩|tired 😫|yawning 🥱
triumph 😤|rage 😡|angry 😠|skull 💀|poop 💩|clown 🤡|ghost 👻|alien 👽|robot 🤖|cat 🐱|dog 🐶|see_no_evil 🙈|hear_no_evil 🙉
speak_no_evil 🙊|kiss 💋|love_letter 💌|heart ❤️|orange_heart 🧡|yellow_heart 💛|green_heart 💚|blue_heart 💙|purple_heart 💜|broken_heart 💔
hundred 💯|boom 💥|dizzy 💫|dash 💨|speech 💬|thought 💭|zzz 💤|wave 👋|raised_hand ✋|vulcan 🖖|ok_hand 👌|pinch 🤏|victory ✌️
crossed_fingers 🤞|metal 🤘|call_me 🤙|point_left 👈|point_right 👉|point_up 👆|point_down 👇|thumbsup 👍|+1 👍|thumbsdown 👎|-1 👎|fist ✊
punch 👊|clap 👏|raised_hands 🙌|open_hands 👐|handshake 🤝|pray 🙏|writing ✍️|muscle 💪|brain 🧠|eyes 👀|eye 👁️|tongue 👅|baby 👶|person 🧑
facepalm 🤦|shrug 🤷|bow 🙇|running 🏃|walking 🚶|dancer 💃|detective 🕵️|construction_worker 👷|mage 🧙|zombie 🧟|technologist 🧑‍💻|family 👪
bouquet 💐|cherry_blossom 🌸|rose 🌹|sunflower 🌻|seedling 🌱|evergreen 🌲|tree 🌳|cactus 🌵|herb 🌿|four_leaf_clover 🍀|maple_leaf 🍁
mushroom 🍄|apple 🍎|banana 🍌|cherries 🍒|lemon 🍋|grapes 🍇|watermelon 🍉|strawberry 🍓|avocado 🥑|hot_pepper 🌶️|bread 🍞|cheese 🧀|pizza 🍕
hamburger 🍔|taco 🌮|egg 🥚|popcorn 🍿|salt 🧂|cookie 🍪|cake 🎂|chocolate 🍫|candy 🍬|coffee ☕|tea 🍵|champagne 🍾|wine 🍷|beer 🍺|beers 🍻
bee 🐝|bug 🐛|butterfly 🦋|snail 🐌|ant 🐜|spider 🕷️|turtle 🐢|snake 🐍|dragon 🐉|whale 🐳|dolphin 🐬|fish 🐟|octopus 🐙|crab 🦀|shrimp 🦐
penguin 🐧|chicken 🐔|bird 🐦|eagle 🦅|duck 🦆|owl 🦉|wolf 🐺|fox 🦊|bear 🐻|panda 🐼|lion 🦁|tiger 🐯|horse 🐴|unicorn 🦄|cow 🐮|pig 🐷
mouse 🐭|rabbit 🐰|monkey 🐵|elephant 🐘|sloth 🦥|paw_prints 🐾|earth 🌍|globe 🌐|map 🗺️|compass 🧭|mountain ⛰️|volcano 🌋|camping 🏕️|beach 🏖️
desert 🏜️|island 🏝️|house 🏠|office 🏢|factory 🏭|castle 🏰|tent ⛺|bridge 🌉|city 🏙️|sunrise 🌅|car 🚗|bus 🚌|truck 🚚|tractor 🚜|bike 🚲
train 🚆|metro 🚇|plane ✈️|rocket 🚀|ufo 🛸|satellite 🛰️|ship 🚢|sailboat ⛵|anchor ⚓|construction 🚧|traffic_light 🚦|fuel ⛽|hourglass ⌛
watch ⌚|alarm_clock ⏰|stopwatch ⏱️|timer ⏲️|sun ☀️|moon 🌙|full_moon 🌕|star ⭐|sparkles ✨|cloud ☁️|partly_sunny ⛅|rain 🌧️|thunder ⛈️
snow ❄️|snowman ⛄|tornado 🌪️|fog 🌫️|wind 🌬️|rainbow 🌈|umbrella ☔|zap ⚡|fire 🔥|droplet 💧|ocean 🌊|christmas_tree 🎄|fireworks 🎆
balloon 🎈|tada 🎉|confetti 🎊|ribbon 🎀|gift 🎁|ticket 🎫|medal 🏅|trophy 🏆|first_place 🥇|second_place 🥈|third_place 🥉|soccer ⚽
basketball 🏀|football 🏈|tennis 🎾|dart 🎯|bowling 🎳|golf ⛳|fishing 🎣|video_game 🎮|die 🎲|puzzle 🧩|chess ♟️|art 🎨|thread 🧵|glasses 👓
necktie 👔|shirt 👕|dress 👗|crown 👑|tophat 🎩|backpack 🎒|ring 💍|gem 💎|mute 🔇|speaker 🔊|loudspeaker 📢|mega 📣|bell 🔔|no_bell 🔕
musical_note 🎵|notes 🎶|microphone 🎤|headphones 🎧|radio 📻|guitar 🎸|piano 🎹|trumpet 🎺|drum 🥁|phone 📱|telephone ☎️|battery 🔋|plug 🔌
laptop 💻|desktop 🖥️|printer 🖨️|keyboard ⌨️|floppy 💾|cd 💿|abacus 🧮|camera 📷|movie 🎬|tv 📺|mag 🔍|candle 🕯️|bulb 💡|flashlight 🔦
book 📖|books 📚|notebook 📓|newspaper 📰|bookmark 🔖|label 🏷️|money 💰|dollar 💵|euro 💶|credit_card 💳|receipt 🧾|chart 📈|chart_down 📉
bar_chart 📊|email 📧|envelope ✉️|inbox 📥|outbox 📤|package 📦|mailbox 📫|pencil ✏️|pen 🖊️|memo 📝|briefcase 💼|folder 📁|open_folder 📂
calendar 📅|card_index 📇|clipboard 📋|pushpin 📌|round_pushpin 📍|paperclip 📎|ruler 📏|scissors ✂️|wastebasket 🗑️|lock 🔒|unlock 🔓|key 🔑
hammer 🔨|axe 🪓|pick ⛏️|wrench 🔧|screwdriver 🪛|nut_and_bolt 🔩|gear ⚙️|scales ⚖️|link 🔗|chains ⛓️|toolbox 🧰|magnet 🧲|test_tube 🧪
petri_dish 🧫|dna 🧬|microscope 🔬|telescope 🔭|antenna 📡|syringe 💉|pill 💊|bandage 🩹|door 🚪|bed 🛏️|toilet 🚽|shower 🚿|broom 🧹|soap 🧼
sponge 🧽|fire_extinguisher 🧯|shopping_cart 🛒|shield 🛡️|bomb 💣|crystal_ball 🔮|warning ⚠️|no_entry ⛔|no_entry_sign 🚫|radioactive ☢️
biohazard ☣️|arrow_up ⬆️|arrow_down ⬇️|arrow_left ⬅️|arrow_right ➡️|back 🔙|soon 🔜|top 🔝|repeat 🔁|fast_forward ⏩|rewind ⏪|play ▶️
pause ⏸️|stop ⏹️|record ⏺️|check ✅|white_check_mark ✅|heavy_check_mark ✔️|ballot_box ☑️|x ❌|cross ❎|heavy_plus ➕|heavy_minus ➖|heavy_division ➗
infinity ♾️|question ❓|exclamation ❗|bangbang ‼️|interrobang ⁉️|recycle ♻️|copyright ©️|registered ®️|tm ™️|hash #️⃣|zero 0️⃣|one 1️⃣|two 2️⃣|three 3️⃣
four 4️⃣|five 5️⃣|six 6️⃣|seven 7️⃣|eight 8️⃣|nine 9️⃣|ten 🔟|info ℹ️|new 🆕|free 🆓|up 🆙|cool 🆒|ok 🆗|sos 🆘|red_circle 🔴|orange_circle 🟠
yellow_circle 🟡|green_circle 🟢|blue_circle 🔵|purple_circle 🟣|black_circle ⚫|white_circle ⚪|red_square 🟥|green_square 🟩|checkered_flag 🏁
flag 🚩|white_flag 🏳️|rainbow_flag 🏳️‍🌈|pirate_flag 🏴‍☠️`;

export interface Emoji {
  name: string;
  sign: string;
}

const ALL: readonly Emoji[] = TABLE.trim()
  .split(/[|\n]/)
  .map((entry) => {
    const [name = '', sign = ''] = entry.split(' ');
    return { name, sign };
  });

/** The best few whose names are like this. */
export const emojiFor = (query: string): Emoji[] => best(query, ALL, (one) => one.name, 8);

/** The sign of exactly this name. */
export const emojiNamed = (name: string): string | undefined => ALL.find((one) => one.name === name)?.sign;
