//! mrkdwn text: every construct with its rendering.

use super::convert_support::{convert, posted, says, tell, visible};

fn told(cases: &[&str]) -> String {
    let told = cases
        .iter()
        .enumerate()
        .map(|(index, text)| tell(&format!("{}", index + 1), text, &convert(&says(text))));
    told.collect::<Vec<_>>().join("\n")
}

#[test]
fn marks_escapes_and_code() {
    insta::assert_snapshot!(told(&[
        "*bold* _italic_ ~strike~ `code` and _*both*_",
        "a * b * c, 2*3*4, snake_case_name, __init__, ~/bin and ~/lib",
        "*not closed, _crossing *marks_ end*",
        "a &lt;b&gt; &amp;amp; &copy; &",
        "see `a &lt; b` and `<http://DESCRIPTION.in|DESCRIPTION.in>` and `*x*`",
        "before ```fn main() {\n    a &lt;&lt; *b*;\n}``` after",
        "```\nthree ` ticks `` in code\n```",
        "unclosed ``` fence\nstays ``` ```",
        "日本語*太字*です *太字* です",
        "関数`map`を使う and a`b`c",
        "*bold with <@U1ANA> inside* and *<https://a.example|a link>*",
        "<!DOCTYPE html> <sys/select.h> x <- c(1) |> f",
    ]));
}

#[test]
fn quotes_and_lines_that_only_look_like_lists() {
    insta::assert_snapshot!(told(&[
        "&gt; quoted *bold*\n&gt; again\nnot quoted",
        "intro\n&gt;&gt;&gt; all\nof this\n\nis quoted",
        "- not a list\n* nor this\n• a bullet of Slack\n1. one",
        "&gt;",
        "a\n\n\nb\n",
    ]));
}

#[test]
fn mentions_links_dates_and_broadcasts() {
    insta::assert_snapshot!(told(&[
        "<@U1ANA> and <@U2BO> and <@U404> and <@U404|zoe> and <@W12>",
        "<#C1> <#C1|old-name> <#C404|other> <#C404|> <#C404>",
        "<!here> <!channel> <!everyone> <!here|here> <!group>",
        "<!subteam^S1> <!subteam^S404|@cooks> <!subteam^S405>",
        "<https://a.example/x?a=1&amp;b=2> <https://a.example|label> <https://a.example/|https://a.example/>",
        "<https://a.example>です <https://a.example>. <https://a.example>.x (<https://a.example>)",
        "<https://a.example/a|b&gt;c | d> <HTTP://A.example>",
        "<mailto:a@b.example|a@b.example> <mailto:a@b.example|write me> <tel:+4512|12>",
        "<javascript:alert(1)|click> <s3://bucket/key> <slack://user?id=U1>",
        "<https://files.slack.com/f.pdf?t=xoxe-1-secret|f.pdf>",
        "<!date^1392734382^{date} at {time}|Feb 18, 2014> <!date^1392734382^{date_num}> <!date^x^{ago}^https://a.example|soon>",
        "<@U3ODD> says <users/all> <users/1> <https://evil.example|x <customEmojis/1>",
    ]));
}

#[test]
fn f8_emoji_in_text() {
    insta::assert_snapshot!(told(&[
        ":wave: :+1::skin-tone-4: :joy::joy: :flag-is: :simple_smile:",
        "10:30:45 at 10:100:30, a::b::c, :100:, std::string::from",
        ":partyparrot: deployed :shipit:",
        "`:wave:` and ```\n:wave:\n``` and (:wave:)",
    ]));
}

#[test]
fn f7_invalid_tokens_are_plain_text() {
    for text in [
        "<@>",
        "<@ U1>",
        "<#>",
        "<!>",
        "<!subteam^>",
        "<|>",
        "<https:>",
        "<",
        ">",
        "<@U1",
        "<<@U1ANA>>",
    ] {
        let chat = posted(&says(text));
        assert!(!chat.is_empty(), "{text}");
        assert!(!chat.contains("<@U"), "{text}: {}", visible(&chat));
    }
}
