//! Pages as they should be.

/// A home page that lists `articles`.
pub(crate) fn home(articles: usize) -> String {
    let link = |n: usize| format!("<h3><a href=\"/tin-tuc/bai-viet-so-{n}.html\">{}</a></h3>", title(n));
    format!("<html><body>{}</body></html>", (0..articles).map(link).collect::<String>())
}

fn title(n: usize) -> String {
    format!("Hội nghị triển khai nhiệm vụ công tác số {n} của tỉnh")
}

pub(crate) fn article(n: usize) -> String {
    let body: String = (0..8)
        .map(|k| {
            format!("<p>Đoạn {k} của tin số {n}: nội dung đủ dài để là một bài viết thật sự, với {} người tham gia tại {} xã.</p>", k * 7 + n, n * 3 + k)
        })
        .collect();
    let head = "<meta property=\"article:published_time\" content=\"2026-11-20T08:00:00+07:00\">";
    format!(
        "<html><head><title>{0}</title>{head}</head><body><article><h1>{0}</h1>{body}</article></body></html>",
        title(n)
    )
}
