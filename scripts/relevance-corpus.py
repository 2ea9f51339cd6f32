#!/usr/bin/env python3
"""Makes fixtures/relevance: articles that no portal has published, and queries with what they must find.

Run once from the root of the project; the same seed gives the same files. Every name of a person is made up."""
import json, random, unicodedata, datetime, pathlib

rnd = random.Random(20261122)
OUT = pathlib.Path("fixtures/relevance")

# Portals: slug, name, kind, the place or body as texts name it.
PORTALS = [
    ("chinhphu", "Cổng Thông tin điện tử Chính phủ", "government", "Chính phủ"),
    ("mof", "Bộ Tài chính", "ministry", "Bộ Tài chính"),
    ("moc", "Bộ Xây dựng", "ministry", "Bộ Xây dựng"),
    ("moh", "Bộ Y tế", "ministry", "Bộ Y tế"),
    ("mae", "Bộ Nông nghiệp và Môi trường", "ministry", "Bộ Nông nghiệp và Môi trường"),
    ("moet", "Bộ Giáo dục và Đào tạo", "ministry", "Bộ Giáo dục và Đào tạo"),
    ("moha", "Bộ Nội vụ", "ministry", "Bộ Nội vụ"),
    ("nghean", "Tỉnh Nghệ An", "province", "Nghệ An"),
    ("thanhhoa", "Tỉnh Thanh Hóa", "province", "Thanh Hóa"),
    ("quangninh", "Tỉnh Quảng Ninh", "province", "Quảng Ninh"),
    ("daklak", "Tỉnh Đắk Lắk", "province", "Đắk Lắk"),
    ("camau", "Tỉnh Cà Mau", "province", "Cà Mau"),
    ("laocai", "Tỉnh Lào Cai", "province", "Lào Cai"),
    ("hue", "Thành phố Huế", "province", "thành phố Huế"),
    ("hcm", "Thành phố Hồ Chí Minh", "province", "Thành phố Hồ Chí Minh"),
    ("sonla", "Tỉnh Sơn La", "province", "Sơn La"),
    ("gialai", "Tỉnh Gia Lai", "province", "Gia Lai"),
    ("angiang", "Tỉnh An Giang", "province", "An Giang"),
    ("baodiaphuong", "Báo Địa phương", "press", "địa phương"),
]
BY_SLUG = {p[0]: p for p in PORTALS}

# Topics: key, what is done (headline), sapo, body sentences. {o} is the place or body, {n} a figure.
TOPICS = [
    ("luong", "{O} triển khai cải cách tiền lương cho viên chức", "Lộ trình điều chỉnh mức lương cơ sở được công bố.", ["Bảng lương mới thay cho hệ số cũ.", "Khoản phụ cấp được sắp xếp lại theo {n} nhóm."]),
    ("tienluong", "Bác sĩ {o} nói về tiên lượng bệnh tim", "Tiên lượng phụ thuộc thời gian cấp cứu.", ["Người bệnh đến sớm có cơ hội hồi phục cao.", "Đã có {n} ca được can thiệp mạch vành."]),
    ("dautucong", "{O} đẩy nhanh giải ngân vốn đầu tư công", "Tỷ lệ giải ngân đạt {n}% kế hoạch.", ["Các chủ đầu tư ký cam kết tiến độ.", "Vướng mắc giải phóng mặt bằng được tháo gỡ từng tuần."]),
    ("bhyt", "{O} mở rộng diện bao phủ bảo hiểm y tế", "Thêm {n} nghìn người có thẻ.", ["Hộ cận nghèo được hỗ trợ mức đóng.", "Cơ quan bảo hiểm cấp thẻ điện tử."]),
    ("bhxh", "{O} tuyên truyền bảo hiểm xã hội tự nguyện", "Người lao động tự do được vận động tham gia.", ["Mức hỗ trợ đóng tăng từ tháng sau.", "Có {n} đại lý thu tại các xã."]),
    ("dichta", "{O} dập dịch tả lợn châu Phi", "Đàn lợn mắc bệnh bị tiêu hủy.", ["Chốt kiểm dịch được lập ở {n} xã.", "Vôi bột và hóa chất khử trùng được cấp cho hộ chăn nuôi."]),
    ("lua", "{O} được mùa lúa hè thu", "Năng suất ước {n} tạ một héc-ta.", ["Máy gặt đập liên hợp làm việc ngày đêm.", "Thương lái thu mua tại ruộng."]),
    ("saubenh", "{O} phòng trừ rầy nâu và đạo ôn", "Bệnh đạo ôn cổ bông gây hại trà sớm.", ["Cán bộ bảo vệ thực vật thăm đồng.", "Khoảng {n} héc-ta phải phun thuốc."]),
    ("bao", "{O} ứng phó bão số {n}", "Tàu thuyền được gọi vào bờ.", ["Lực lượng xung kích chằng chống nhà cửa.", "Học sinh các xã ven biển được nghỉ học."]),
    ("luquet", "Lũ quét chia cắt nhiều bản ở {o}", "Tuyến đường liên xã sạt lở nặng.", ["Nhu yếu phẩm được chuyển bằng đường bộ.", "Đã di dời {n} hộ ra khỏi vùng nguy hiểm."]),
    ("hanman", "Hạn mặn ảnh hưởng nguồn nước ở {o}", "Độ mặn vượt ngưỡng tại cửa sông.", ["Xe bồn chở nước ngọt đến từng ấp.", "Cống ngăn mặn đóng sớm {n} ngày."]),
    ("chayrung", "{O} trực phòng cháy chữa cháy rừng mùa khô", "Cấp dự báo cháy rừng ở mức cao.", ["Kiểm lâm tuần tra {n} tiểu khu.", "Người dân không đốt nương làm rẫy."]),
    ("totrung", "{O} gom rác thải nhựa trên bãi biển", "Chiến dịch làm sạch biển thu hút thanh niên.", ["Hơn {n} tấn rác được thu gom.", "Khách du lịch cùng tham gia."]),
    ("nuocsach", "{O} cấp nước sạch nông thôn", "Nhà máy nước mới hòa mạng.", ["Đường ống dài {n} ki-lô-mét.", "Giá nước được hỗ trợ cho hộ nghèo."]),
    ("hocphi", "{O} miễn học phí cho học sinh phổ thông", "Ngân sách bù khoản thu của trường công lập.", ["Danh sách học sinh được rà soát.", "Kinh phí cấp theo {n} đợt."]),
    ("tuyensinh", "{O} công bố chỉ tiêu tuyển sinh lớp 10", "Thí sinh thi ba môn.", ["Điểm chuẩn công bố sau {n} ngày.", "Trường chuyên tổ chức thi riêng."]),
    ("noitru", "{O} xây trường phổ thông nội trú vùng biên", "Học sinh dân tộc thiểu số có chỗ ở.", ["Khu nhà có {n} phòng.", "Bếp ăn đạt chuẩn an toàn thực phẩm."]),
    ("tiemchung", "{O} tiêm vắc-xin sởi cho trẻ em", "Chiến dịch tiêm bù diễn ra ở trạm y tế.", ["Phụ huynh đưa trẻ đi theo giấy hẹn.", "Đã tiêm {n} nghìn mũi."]),
    ("sotxuathuyet", "{O} diệt lăng quăng phòng sốt xuất huyết", "Số ca mắc tăng theo mùa mưa.", ["Đội xung kích thăm {n} hộ.", "Phun hóa chất diện rộng ở ổ dịch."]),
    ("benhvien", "{O} khánh thành bệnh viện đa khoa", "Cơ sở mới có {n} giường.", ["Máy chụp cộng hưởng từ được lắp đặt.", "Người dân không phải chuyển tuyến."]),
    ("hosobenhan", "{O} thí điểm bệnh án điện tử", "Phòng khám không dùng hồ sơ giấy.", ["Dữ liệu liên thông {n} bệnh viện.", "Bác sĩ ký số trên máy tính bảng."]),
    ("duongcaotoc", "{O} thông xe đường cao tốc", "Thời gian đi lại rút ngắn.", ["Tuyến dài {n} ki-lô-mét với bốn làn.", "Trạm dừng nghỉ hoàn thành cuối năm."]),
    ("cauvuot", "{O} khởi công cầu vượt sông", "Cây cầu nối hai bờ thay phà.", ["Tổng mức đầu tư {n} tỷ đồng.", "Đơn vị thi công huy động ba mũi."]),
    ("nhaoxahoi", "{O} mở bán nhà ở xã hội cho công nhân", "Lãi suất vay ưu đãi trong hai mươi năm.", ["Dự án có {n} căn hộ.", "Hồ sơ đăng ký nộp tại sở."]),
    ("sodo", "{O} trả giấy chứng nhận quyền sử dụng đất tại nhà", "Bưu điện phát kết quả tận tay.", ["Hồ sơ tồn đọng giảm {n}%.", "Văn phòng đăng ký làm việc cả thứ bảy."]),
    ("thuthue", "{O} tập huấn hóa đơn điện tử máy tính tiền", "Hộ kinh doanh bỏ thuế khoán.", ["Phần mềm miễn phí trong {n} tháng.", "Cơ quan thuế lập tổ hỗ trợ."]),
    ("vat", "{O} giải đáp giảm thuế giá trị gia tăng", "Mức giảm hai phần trăm được kéo dài.", ["Hàng hóa chịu thuế tiêu thụ đặc biệt không được giảm.", "Đường dây nóng nhận {n} câu hỏi."]),
    ("buonlau", "{O} bắt giữ lô thuốc lá lậu", "Xe tải chở hàng không hóa đơn.", ["Tang vật gồm {n} bao.", "Đối tượng khai nhận thuê chở."]),
    ("congan", "Công an {o} cấp căn cước công dân lưu động", "Người già yếu được làm thẻ tại nhà.", ["Thiết bị thu nhận vân tay được mang theo.", "Đã nhận {n} hồ sơ."]),
    ("congan2", "{O} tạo công ăn việc làm cho thanh niên xuất ngũ", "Sàn giao dịch việc làm mở hằng tháng.", ["Doanh nghiệp tuyển {n} vị trí.", "Học nghề được hỗ trợ phí."]),
    ("matuy", "{O} triệt phá đường dây ma túy", "Chuyên án kéo dài sáu tháng.", ["Thu giữ {n} bánh heroin.", "Các đối tượng bị tạm giam."]),
    ("atgt", "{O} ra quân bảo đảm trật tự, an toàn giao thông", "Nồng độ cồn bị xử lý nghiêm.", ["Lập biên bản {n} trường hợp.", "Camera phạt nguội hoạt động suốt đêm."]),
    ("cchc", "{O} công bố chỉ số cải cách hành chính", "Bộ phận một cửa được chấm điểm.", ["Có {n} đơn vị tăng hạng.", "Người dân khảo sát qua điện thoại."]),
    ("dvc", "{O} nâng tỷ lệ hồ sơ dịch vụ công trực tuyến", "Tổ công nghệ số cộng đồng đến từng nhà.", ["Hồ sơ nộp qua mạng đạt {n}%.", "Lệ phí trực tuyến bằng không."]),
    ("cds", "{O} tổ chức ngày hội chuyển đổi số", "Gian hàng trưng bày ứng dụng của xã.", ["Có {n} nền tảng số được giới thiệu.", "Chợ dân sinh thanh toán bằng mã QR."]),
    ("xaphuong", "{O} kiện toàn bộ máy xã, phường mới", "Trung tâm phục vụ hành chính công đi vào nếp.", ["Điều động {n} cán bộ về cơ sở.", "Trụ sở dôi dư được chuyển công năng."]),
    ("hdnd", "Kỳ họp Hội đồng nhân dân {o} thông qua nghị quyết", "Đại biểu chất vấn về quy hoạch.", ["Cử tri gửi {n} kiến nghị.", "Nghị quyết có hiệu lực sau mười ngày."]),
    ("tiepdan", "Lãnh đạo {o} tiếp công dân định kỳ", "Khiếu nại về bồi thường đất được trả lời.", ["Có {n} lượt người đến.", "Vụ việc kéo dài được đối thoại."]),
    ("dulich", "{O} đón khách du lịch tàu biển", "Bến cảng chào đón đoàn khách quốc tế.", ["Tàu chở {n} khách.", "Phố đi bộ mở cửa đến khuya."]),
    ("lehoi", "{O} khai mạc lễ hội văn hóa truyền thống", "Nghệ nhân trình diễn dân ca.", ["Có {n} đoàn tham dự.", "Ẩm thực vùng miền được giới thiệu."]),
    ("ditich", "{O} trùng tu đình làng cổ", "Mái ngói và cột gỗ lim được phục chế.", ["Kinh phí {n} tỷ đồng từ xã hội hóa.", "Hội đồng khoa học thẩm định từng hạng mục."]),
    ("ocop", "{O} công nhận sản phẩm OCOP bốn sao", "Trà, mật ong và miến dong đạt chuẩn.", ["Hội đồng chấm {n} hồ sơ.", "Sàn thương mại điện tử mở gian hàng."]),
    ("sauriêng", "{O} cấp mã số vùng trồng sầu riêng", "Trái cây xuất khẩu phải truy xuất nguồn gốc.", ["Đã cấp {n} mã.", "Nhà đóng gói bị kiểm tra đột xuất."]),
    ("nghean_thuysan", "{O} gỡ thẻ vàng khai thác thủy sản", "Tàu cá lắp thiết bị giám sát hành trình.", ["Có {n} tàu nằm bờ.", "Ngư dân ký cam kết không vi phạm vùng biển."]),
    ("xkld", "{O} đưa người lao động đi làm việc ở nước ngoài", "Thị trường Nhật Bản và Hàn Quốc tuyển nhiều.", ["Cho vay vốn {n} triệu đồng.", "Lớp ngoại ngữ mở buổi tối."]),
    ("nguoicaotuoi", "{O} chúc thọ người cao tuổi", "Quà mừng thọ trao tận tay.", ["Có {n} cụ tròn trăm tuổi.", "Câu lạc bộ dưỡng sinh biểu diễn."]),
    ("hienmau", "{O} tổ chức hiến máu tình nguyện", "Sinh viên xếp hàng từ sáng sớm.", ["Thu được {n} đơn vị máu.", "Người hiến được khám miễn phí."]),
    ("dienmattroi", "{O} lắp điện mặt trời mái nhà công sở", "Trụ sở tự dùng điện sạch.", ["Công suất {n} ki-lô-oát.", "Tiền điện giảm rõ rệt."]),
    ("trongrung", "{O} phát động trồng rừng gỗ lớn", "Cây keo và quế phủ xanh đồi trọc.", ["Trồng mới {n} héc-ta.", "Tín chỉ các-bon được đo đếm."]),
    ("khoahoc", "{O} trao giải nghiên cứu khoa học trẻ", "Đề tài trí tuệ nhân tạo giành giải nhất.", ["Có {n} công trình dự thi.", "Quỹ khoa học tài trợ bước tiếp theo."]),
]

FAMILY = ["Nguyễn", "Trần", "Lê", "Phạm", "Hoàng", "Vũ", "Đặng", "Bùi", "Đỗ", "Hồ", "Lò", "Giàng", "Y", "Cao", "Tạ"]
MIDDLE = ["Văn", "Thị", "Hữu", "Đình", "Quốc", "Thanh", "Minh", "Ngọc", "Xuân", "Thế"]
GIVEN = ["Quyền", "Hưởng", "Khuê", "Thịnh", "Vượng", "Nhạn", "Tuyền", "Bách", "Sương", "Điệp", "Lĩnh", "Thoa", "Kiên", "Trác", "Uyên", "Nghĩa", "Phượng", "Tùng", "Oanh", "Đạt"]
TYPES = [("NĐ-CP", "Nghị định", True), ("QĐ-TTg", "Quyết định", False), ("TT-BTC", "Thông tư", True), ("TT-BYT", "Thông tư", True), ("CT-TTg", "Chỉ thị", False), ("QĐ-UBND", "Quyết định", False), ("NQ-HĐND", "Nghị quyết", True), ("KH-UBND", "Kế hoạch", False)]
FILLER = ["Cuộc họp diễn ra buổi sáng với sự có mặt của các đơn vị liên quan.", "Các ý kiến góp ý đã được ghi nhận đầy đủ.", "Đây là việc làm thường xuyên trong năm nay.", "Đại diện đơn vị cảm ơn sự đồng hành của nhân dân.", "Kết quả sẽ được báo cáo vào cuối quý.", "Nhiều hộ gia đình bày tỏ sự phấn khởi.", "Công tác tuyên truyền được thực hiện trên loa truyền thanh."]

articles, queries = [], []
used_numbers, used_people = set(), set()


def fold(text):
    text = text.replace("đ", "d").replace("Đ", "D")
    return "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c))


def number():
    while True:
        tail, name, yearly = rnd.choice(TYPES)
        n = rnd.randint(2, 399)
        if (n, tail) in used_numbers:
            continue
        used_numbers.add((n, tail))
        return (f"{n:02}/{rnd.choice([2024, 2025, 2026])}/{tail}" if yearly else f"{n:02}/{tail}"), name


def person():
    while True:
        name = f"{rnd.choice(FAMILY)} {rnd.choice(MIDDLE)} {rnd.choice(GIVEN)}"
        if name not in used_people:
            used_people.add(name)
            return name


def add(key, portal, title, summary, text, documents=(), story=None, origin=True, day=None):
    slug, name, kind, _ = BY_SLUG[portal]
    if day is None:
        day = datetime.date(2026, 1, 5) + datetime.timedelta(days=rnd.randrange(310))
    articles.append({
        "id": key, "revision": 1, "portal": slug, "portal_name": name, "kind": kind,
        "url": f"https://{slug}.example.gov.vn/{key}", "title": title, "summary": summary, "text": text, "files": "",
        "published_at": f"{day}T{rnd.randrange(1, 10):02}:{rnd.randrange(60):02}:00Z",
        "documents": list(documents), "story": story or key, "origin": origin,
    })
    return articles[-1]


def ask(kind, query, expected, within=3, absent=(), note=None, only=False):
    entry = {"kind": kind, "query": query, "expected": list(expected), "within": within}
    if absent:
        entry["absent"] = list(absent)
    if note:
        entry["note"] = note
    if only:
        entry["only"] = True
    queries.append(entry)


grid = {}
places = [p for p in PORTALS if p[2] in ("province",)]
for index, (key, title, summary, body) in enumerate(TOPICS):
    for portal in rnd.sample(places, 7):
        slug, _, _, place = portal
        figure = rnd.randint(11, 97)
        doc, kind = number()
        who = person()
        where = place if not place.startswith("thành phố") else place
        put = lambda s: s.replace("{O}", where[0].upper() + where[1:]).replace("{o}", where).replace("{n}", str(figure))
        sentences = [put(s) for s in body]
        sentences.insert(1, f"Việc này thực hiện theo {kind} số {doc}.")
        sentences.append(f"Ông {who}, cán bộ phụ trách, cho biết địa phương sẽ làm đến cùng.")
        sentences += rnd.sample(FILLER, 2)
        article = add(f"{fold(key)}-{slug}".replace("_", "-"), slug, put(title), put(summary), "\n".join(sentences), [doc])
        grid[(key, slug)] = (article, doc, kind, who, where)

# Articles for one point each.
add("sapnhap-bd", "hcm", "Khu công nghiệp ở Bình Dương cũ đón nhà đầu tư", "Vùng phía bắc thành phố có lợi thế đất sạch.", "Hạ tầng Bình Dương trước sáp nhập được nối với cảng. Nhà máy điện tử khởi công.")
add("sapnhap-tphcm", "hcm", "Thành phố Hồ Chí Minh công bố bảng giá nước mới", "Giá áp dụng từ quý tới.", "Hộ nghèo được giữ nguyên giá. Công ty cấp nước thông báo trên hóa đơn.")
add("hagiang", "laocai", "Hà Giang vào mùa hoa tam giác mạch", "Cao nguyên đá đón khách.", "Lễ hội hoa kéo dài một tháng. Chợ phiên đông vui.")
add("tuyenquang", "sonla", "Tuyên Quang đặt tên đường sau hợp nhất", "Danh mục tên đường được lấy ý kiến.", "Người dân hai địa phương cũ góp ý qua mạng.")
add("haiduong", "quangninh", "Hải Phòng mở tuyến buýt đến cảng cá", "Tuyến mới chạy mỗi nửa giờ.", "Vé tháng giảm cho sinh viên.")
add("btnmt", "mae", "Bộ Nông nghiệp và Môi trường công bố bản đồ ngập", "Bản đồ dùng cho quy hoạch.", "Số liệu viễn thám được cập nhật hằng năm.")
add("btttt", "chinhphu", "Bộ Khoa học và Công nghệ đấu giá băng tần", "Doanh nghiệp viễn thông nộp hồ sơ.", "Giá khởi điểm được công khai.")
add("gtvt", "moc", "Bộ Giao thông vận tải bàn giao hồ sơ cầu đường", "Việc bàn giao xong trước hạn.", "Các ban quản lý dự án chuyển về bộ mới.")
add("btc-ubnd", "nghean", "UBND tỉnh họp phiên thường kỳ tháng mười", "Phiên họp cho ý kiến về dự toán.", "Chủ tịch UBND tỉnh kết luận từng nội dung.")
add("ubnd-full", "thanhhoa", "Ủy ban nhân dân phường Hạc Thành công khai số điện thoại", "Người dân gọi ngoài giờ.", "Ủy ban nhân dân phường trực cả ngày nghỉ.")
add("hoabinh-toan", "nghean", "Trao đổi về giáo dục hòa bình trong nhà trường", "Học sinh học cách giải quyết mâu thuẫn.", "Chuyên gia chia sẻ bài giảng về hoà bình.")
add("hoahoa", "hue", "Hội Họa sĩ mở trại sáng tác", "Tranh lụa được trưng bày.", "Các họa sĩ vẽ phong cảnh đầm phá.")
add("khoadau", "chinhphu", "Thong bao tuyen dung lao dong thoi vu", "Tin dang khong dau.", "Nop ho so truoc ngay cuoi thang tai phong tiep dan.")
add("kythuat", "moet", "Cuộc thi kĩ thuật số cho học sinh", "Vòng chung kết tại trường kĩ thuật.", "Thí sinh lập trình rô-bốt.")
add("blockchain", "mof", "Hội thảo ứng dụng blockchain trong kho bạc", "Chuyên gia nêu rủi ro.", "Công nghệ chuỗi khối blockchain còn mới.")
add("covid", "moh", "Tổng kết công tác chống dịch Covid-19", "Bài học được ghi lại.", "Vắc-xin phòng Covid-19 bảo vệ người già.")
add("ngay", "moha", "Quy định có hiệu lực từ ngày 16 tháng 8 năm 2026", "Văn bản thay thế quy định cũ.", "Các đơn vị thực hiện kể từ ngày 16 tháng 8 năm 2026.")
add("ngay2", "moha", "Lịch nghỉ lễ năm 2026", "Công chức nghỉ bốn ngày.", "Kỳ nghỉ kéo dài đến hết ngày 02/09/2026.")
add("scatter", "baodiaphuong", "Chính chủ bán đất, phủ sóng di động vùng xa", "Tin tổng hợp.", "Bài chính luận về phụ nữ. Mái phủ bạt. Hàng chính hãng.")
add("chinhphu-hop", "chinhphu", "Phiên họp Chính phủ thường kỳ", "Chính phủ thảo luận kinh tế.", "Thủ tướng chủ trì phiên họp.")
add("ldtbxh", "moha", "Sở Nội vụ tiếp nhận lĩnh vực người có công", "Hồ sơ chuyển giao nguyên trạng.", "Cán bộ cũ được giữ lại.")
add("phuong-xa", "hcm", "Trạm y tế lưu động phục vụ công nhân", "Khám ngoài giờ.", "Công nhân khu chế xuất được đo huyết áp.")
for n in range(9):
    portal = places[n][0]
    add(f"story-{n}", portal, "Công bố đường dây nóng phòng chống lừa đảo qua mạng", "Người dân báo tin lừa đảo.", "Đường dây nóng hoạt động suốt ngày đêm. Cảnh giác cuộc gọi giả danh.", story="story-0", origin=n == 0, day=datetime.date(2026, 10, 1 + n))
for n, (portal, day) in enumerate([("baodiaphuong", (2026, 11, 10)), ("angiang", (2026, 2, 1)), ("camau", (2026, 11, 1))]):
    add(f"tuoi-{n}", portal, "Giá vàng miếng bán ra ở tiệm", "Giá niêm yết.", "Giá vàng miếng thay đổi theo ngày.", day=datetime.date(*day))
for n, portal in enumerate(["baodiaphuong", "gialai", "chinhphu", "moha"]):
    add(f"nguon-{n}", portal, "Thông cáo về ngày pháp luật", "Thông cáo chung.", "Ngày pháp luật được hưởng ứng.", day=datetime.date(2026, 9, 9))

TELEX_TONE = {"\u0301": "s", "\u0300": "f", "\u0309": "r", "\u0303": "x", "\u0323": "j"}
VNI_TONE = {"\u0301": "1", "\u0300": "2", "\u0309": "3", "\u0303": "4", "\u0323": "5"}


def keyed(text, vni=False):
    words = []
    for word in text.lower().split():
        out, tone = "", ""
        for c in word:
            if c == "đ":
                out += "d9" if vni else "dd"
                continue
            parts = unicodedata.normalize("NFD", c)
            base = parts[0]
            for mark in parts[1:]:
                if mark in TELEX_TONE:
                    tone = (VNI_TONE if vni else TELEX_TONE)[mark]
                else:
                    base += {"\u0302": "6" if vni else parts[0], "\u0306": "8" if vni else "w", "\u031b": "7" if vni else "w"}[mark]
            out += base
        words.append(out + tone)
    return " ".join(words)


def pick(count, keys=None):
    pool = [k for k in grid if keys is None or k[0] in keys]
    return rnd.sample(pool, count)


PHRASE = {
    "luong": "cải cách tiền lương", "dautucong": "giải ngân vốn đầu tư công", "bhyt": "bao phủ bảo hiểm y tế", "dichta": "dịch tả lợn châu Phi",
    "lua": "mùa lúa hè thu", "saubenh": "rầy nâu và đạo ôn", "luquet": "lũ quét chia cắt", "hanman": "hạn mặn nguồn nước", "chayrung": "cháy rừng mùa khô",
    "nuocsach": "nước sạch nông thôn", "hocphi": "miễn học phí", "tuyensinh": "tuyển sinh lớp 10", "noitru": "trường phổ thông nội trú", "tiemchung": "tiêm vắc-xin sởi",
    "sotxuathuyet": "phòng sốt xuất huyết", "benhvien": "khánh thành bệnh viện đa khoa", "hosobenhan": "bệnh án điện tử", "duongcaotoc": "thông xe đường cao tốc",
    "cauvuot": "khởi công cầu vượt sông", "nhaoxahoi": "nhà ở xã hội cho công nhân", "sodo": "giấy chứng nhận quyền sử dụng đất", "thuthue": "hóa đơn điện tử máy tính tiền",
    "vat": "giảm thuế giá trị gia tăng", "buonlau": "thuốc lá lậu", "matuy": "đường dây ma túy", "cchc": "chỉ số cải cách hành chính", "dvc": "dịch vụ công trực tuyến",
    "cds": "ngày hội chuyển đổi số", "tiepdan": "tiếp công dân định kỳ", "dulich": "khách du lịch tàu biển", "ditich": "trùng tu đình làng cổ", "sauriêng": "mã số vùng trồng sầu riêng",
    "nghean_thuysan": "gỡ thẻ vàng khai thác thủy sản", "nguoicaotuoi": "chúc thọ người cao tuổi", "hienmau": "hiến máu tình nguyện", "dienmattroi": "điện mặt trời mái nhà",
    "trongrung": "trồng rừng gỗ lớn", "khoahoc": "nghiên cứu khoa học trẻ",
}
bare = lambda where: where.removeprefix("Thành phố ").removeprefix("thành phố ")

# Words with marks, with the place: one article.
for k in pick(24, PHRASE):
    ask("accents", f"{PHRASE[k[0]]} {bare(grid[k][4])}", [grid[k][0]["id"]], 1)
# The same without marks.
for k in pick(24, PHRASE):
    ask("folded", fold(f"{PHRASE[k[0]]} {bare(grid[k][4])}").lower(), [grid[k][0]["id"]], 1)
for k in pick(8, PHRASE):
    words = f"{PHRASE[k[0]]} {bare(grid[k][4])}".split()
    ask("folded", " ".join(fold(w) if i % 2 else w for i, w in enumerate(words)), [grid[k][0]["id"]], 1)
# Marks decide the order.
for query, key, other in [("tiền lương", "luong", "tienluong"), ("tiên lượng", "tienluong", "luong"), ("công an", "congan", "congan2"), ("công ăn việc làm", "congan2", "congan")]:
    expected = [grid[k][0]["id"] for k in grid if k[0] == key]
    ask("accents", query, expected, 7)
ask("accents", "chính phủ", ["chinhphu-hop"], 10)
ask("accents", "phiên họp chính phủ", ["chinhphu-hop"], 1)
ask("accents", "họa sĩ", ["hoahoa"], 1)
for spelling in ["hòa bình", "hoà bình", "HÒA BÌNH", "giáo dục hoà bình"]:
    ask("spelling", spelling, ["hoabinh-toan"], 1)
for spelling in ["kỹ thuật số", "kĩ thuật số", "ky thuat so", "ki thuat so"]:
    ask("spelling", spelling, ["kythuat"], 1)
ask("spelling", unicodedata.normalize("NFD", "trùng tu đình làng cổ"), [grid[k][0]["id"] for k in grid if k[0] == "ditich"], 7)
for spelling in ["thông báo tuyển dụng lao động thời vụ", "thong bao tuyen dung lao dong thoi vu"]:
    ask("spelling", spelling, ["khoadau"], 1)
# Numbers of documents.
numbered = pick(20)
for i, k in enumerate(numbered):
    article, doc, kind, _, _ = grid[k]
    low = fold(doc).lower()
    short = "/".join(doc.split("/")[:2]) if doc.count("/") == 2 else doc.split("/")[0]
    code = doc.split("/")[-1].split("-")[0]
    forms = [doc, low, doc.lower(), f"{kind} số {doc}", f"{kind.lower()} {short}", f"{fold(kind).lower()} {short}", f"{code} {short}", f"{code.lower()}{short}"]
    if kind == "Kế hoạch":
        forms = forms[:4]
    same = [other["id"] for (o, d, *_rest) in grid.values() for other in [o] if "/".join(d.split("/")[:-1]) == "/".join(doc.split("/")[:-1]) and d.split("/")[-1].split("-")[0] == code]
    for form in ([forms[i % len(forms)], forms[(i + 3) % len(forms)]]):
        whole = "-" in form
        ask("number", form, [article["id"]] if whole else same, max(1, len(same)), only=True)
for k in pick(4):
    article, doc, kind, _, _ = grid[k]
    if doc.count("/") == 2:
        ask("number", doc.rsplit("/", 1)[0], [article["id"]], 3)
# People.
for i, k in enumerate(pick(14)):
    who = grid[k][3]
    ask("name", [who, fold(who).lower(), f"ông {who}", f"\"{who}\""][i % 4], [grid[k][0]["id"]], 1)
# Abbreviations and what they stand for.
for query, key in [("BHYT", "bhyt"), ("thẻ bhyt", "bhyt"), ("GPMB", "dautucong"), ("DVC trực tuyến", "dvc"), ("CĐS", "cds"), ("ngày hội cđs", "cds"), ("CCHC", "cchc"), ("chỉ số cchc", "cchc"), ("TTATGT", "atgt"), ("thuế GTGT", "vat"), ("thuế VAT", "vat"), ("giảm thuế vat", "vat"), ("HĐND", "hdnd"), ("kỳ họp hdnd", "hdnd"), ("NOXH", "nhaoxahoi"), ("CCCD lưu động", "congan"), ("BHXH tự nguyện", "bhxh"), ("PCCC rừng", "chayrung"), ("sổ đỏ", "sodo"), ("DTTS", "noitru"), ("ATTP", "noitru"), ("TMĐT", "ocop"), ("đề tài AI", "khoahoc")]:
    ask("abbreviation", query, [grid[k][0]["id"] for k in grid if k[0] == key], 9, note="also")
ask("abbreviation", "UBND phường Hạc Thành", ["ubnd-full"], 1, note="also")
ask("abbreviation", "ubnd phuong hac thanh", ["ubnd-full"], 1, note="also")
ask("abbreviation", "Ủy ban nhân dân tỉnh họp phiên thường kỳ", ["btc-ubnd"], 1, note="also")
ask("abbreviation", "uy ban nhan dan tinh hop phien thuong ky", ["btc-ubnd"], 1, note="also")
for form in ["TP.HCM", "TPHCM", "tp hcm", "TP Hồ Chí Minh", "Tp. HCM", "Sài Gòn"]:
    ask("place", f"{form} bảng giá nước", ["sapnhap-tphcm"], 1, note="also")
for form in ["TP Huế", "tp hue"]:
    k = next(k for k in grid if k[1] == "hue")
    ask("place", f"{PHRASE.get(k[0], TOPICS[0][1])} {form}" if k[0] in PHRASE else f"{form} họa sĩ", [grid[k][0]["id"]] if k[0] in PHRASE else ["hoahoa"], 3)
for form in ["Đăk Lăk", "daklak", "Dak Lak", "Đắc Lắc"]:
    k = next(k for k in grid if k[1] == "daklak" and k[0] in PHRASE)
    ask("place", f"{PHRASE[k[0]]} {form}", [grid[k][0]["id"]], 1)
# Places and bodies that are no more.
ask("old place", "Bình Dương", ["sapnhap-bd"], 1, note="successor")
ask("old place", "giá nước Bình Dương", ["sapnhap-tphcm"], 2, note="successor")
ask("old place", "gia nuoc binh duong", ["sapnhap-tphcm"], 2, note="successor")
ask("old place", "hoa tam giác mạch Hà Giang", ["hagiang"], 1)
ask("old place", "đặt tên đường Hà Giang", ["tuyenquang"], 1, note="successor")
ask("old place", "tỉnh Hải Dương tuyến buýt cảng cá", ["haiduong"], 1, note="successor")
ask("old place", "Bộ Tài nguyên và Môi trường bản đồ ngập", ["btnmt"], 1, note="successor")
ask("old place", "Bộ TN&MT bản đồ ngập", ["btnmt"], 1, note="successor")
ask("old place", "BTNMT bản đồ", ["btnmt"], 1, note="successor")
ask("old place", "Bộ Thông tin và Truyền thông đấu giá băng tần", ["btttt"], 1, note="successor")
ask("old place", "bo tt&tt dau gia bang tan", ["btttt"], 1, note="successor")
ask("old place", "Bộ GTVT bàn giao hồ sơ", ["gtvt"], 1)
ask("old place", "Sở Lao động - Thương binh và Xã hội người có công", ["ldtbxh"], 1, note="successor")
# Keyboards that were off.
for i, k in enumerate(pick(10, PHRASE)):
    phrase = f"{PHRASE[k[0]]} {bare(grid[k][4])}".replace("-", " ")
    if any(c.isdigit() for c in phrase) or "vắc" in phrase:
        phrase = f"cải cách tiền lương"
        k = next(x for x in grid if x[0] == "luong")
        ask("telex", keyed(phrase), [grid[x][0]["id"] for x in grid if x[0] == "luong"], 7, note="keyboard")
        continue
    ask("telex" if i % 2 == 0 else "vni", keyed(phrase, i % 2 == 1), [grid[k][0]["id"]], 1, note="keyboard")
ask("telex", "chinhs phur hopj", ["chinhphu-hop"], 3, note="keyboard")
ask("vni", "phie6n ho5p chi1nh phu3", ["chinhphu-hop"], 1, note="keyboard")
ask("telex", "hoa six", ["hoahoa"], 3)
# Slips of the fingers.
for typed, key in [("mien hoc phi truonfg", None), ("khanh thannh benh vien", "benhvien"), ("hien mau tinh nguyenj", None), ("thuoc la lauuu", None), ("duonng cao toc", "duongcaotoc"), ("benh vien da khoaa", "benhvien"), ("giiai ngan von dau tu", "dautucong"), ("trungf tu dinh lang", None), ("nghien cuuu khoa hoc", "khoahoc"), ("chuyenn doi so", "cds"), ("nhiem vu truowng", None), ("nguoii cao tuoi", "nguoicaotuoi"), ("khoi cong cau vuotj song", None), ("trongg rung go lon", "trongrung"), ("thongg xe cao toc", "duongcaotoc"), ("dong bao thuongg", None), ("chuuc tho nguoi cao tuoi", None)]:
    if key:
        ask("typo", typed, [grid[k][0]["id"] for k in grid if k[0] == key], 8)
ask("typo", "blokchain", ["blockchain"], 1, note="spelling")
ask("typo", "blockchian kho bạc", ["blockchain"], 1, note="spelling")
ask("typo", "hội thảo blockchai", ["blockchain"], 1)
ask("typo", "chinhphu", ["chinhphu-hop"], 10, note="spelling")
ask("typo", "dichvucong", [grid[k][0]["id"] for k in grid if k[0] == "dvc"], 8, note="spelling")
ask("typo", "baohiemyte", [grid[k][0]["id"] for k in grid if k[0] == "bhyt"], 8, note="spelling")
# Phrases and what must not be there.
ask("phrase", "\"tiên lượng bệnh tim\"", [grid[k][0]["id"] for k in grid if k[0] == "tienluong"], 7, only=True)
ask("phrase", "\"phiên họp Chính phủ\"", ["chinhphu-hop"], 1, only=True)
ask("phrase", "“phu song di dong”", ["scatter"], 1, only=True)
ask("phrase", "\"đường dây nóng\" lừa đảo", ["story-0"], 1)
ask("phrase", "\"hòa bình trong nhà trường\"", ["hoabinh-toan"], 1, only=True)
ask("phrase", "\"sai phrase không có\"", [], 1)
ask("negation", "blockchain -\"kho bạc\"", [], 1)
ask("negation", "hòa bình -\"nhà trường\"", [], 1, absent=["hoabinh-toan"])
ask("negation", "bản đồ -ngập", [], 10, absent=["btnmt"])
ask("negation", "\"đường dây\" -\"ma túy\"", ["story-0"], 10, absent=[grid[k][0]["id"] for k in grid if k[0] == "matuy"])
ask("negation", "tuyển dụng -viên", ["khoadau"], 10)
ask("negation", "hồ sơ -\"sử dụng đất\" một cửa", [], 10, absent=[grid[k][0]["id"] for k in grid if k[0] == "sodo"])
# Neighbours before scattered syllables; unfinished words; questions in a sentence; dates; stories; freshness; sources.
ask("proximity", "chinh phu", ["chinhphu-hop"], 10)
ask("proximity", "phủ sóng di động", ["scatter"], 1)
ask("prefix", "bản đồ ngậ", ["btnmt"], 1)
ask("prefix", "đấu giá băng tầ", ["btttt"], 1)
ask("prefix", "hoa tam giác mạ", ["hagiang"], 1)
ask("prefix", "blockch", ["blockchain"], 1)
ask("prefix", "họa s", ["hoahoa"], 3)
ask("question", "mức lương cơ sở mới là gì", [grid[k][0]["id"] for k in grid if k[0] == "luong"], 2)
ask("question", "tôi muốn hỏi về bảng giá nước ở Thành phố Hồ Chí Minh", ["sapnhap-tphcm"], 1)
ask("question", "khi nào thì có hoa tam giác mạch", ["hagiang"], 1)
ask("question", "làm sao để đăng ký nhà ở xã hội cho công nhân", [grid[k][0]["id"] for k in grid if k[0] == "nhaoxahoi"], 8)
ask("date", "16/8/2026", ["ngay"], 1)
ask("date", "16/08/2026", ["ngay"], 1)
ask("date", "ngày 16 tháng 8 năm 2026", ["ngay"], 1)
ask("date", "2/9/2026", ["ngay2"], 1)
ask("date", "02 tháng 09 năm 2026", ["ngay2"], 1)
ask("story", "đường dây nóng phòng chống lừa đảo qua mạng", ["story-0"], 1, absent=[f"story-{n}" for n in range(1, 9)])
ask("story", "duong day nong lua dao", ["story-0"], 1, absent=[f"story-{n}" for n in range(1, 9)])
ask("freshness", "giá vàng miếng", ["tuoi-0", "tuoi-2"], 2)
ask("source", "thông cáo về ngày pháp luật", ["nguon-2"], 1)
ask("source", "thong cao ngay phap luat", ["nguon-2", "nguon-3"], 2)
ask("synonym", "bằng lái xe", [], 10)
ask("synonym", "Covid", ["covid"], 1)
ask("synonym", "covid-19", ["covid"], 1)
ask("synonym", "tạo việc làm cho NLĐ", [], 10)
ask("synonym", "khu công nghiệp Bình Dương", ["sapnhap-bd"], 1)
ask("synonym", "KCN Bình Dương", ["sapnhap-bd"], 1, note="also")
ask("synonym", "XKLĐ", [], 10)

queries = [q for q in queries if q["expected"] or q.get("absent") or q["kind"] == "phrase"]
OUT.mkdir(parents=True, exist_ok=True)
with open(OUT / "articles.jsonl", "w") as f:
    for a in articles:
        f.write(json.dumps(a, ensure_ascii=False) + "\n")
with open(OUT / "queries.jsonl", "w") as f:
    for q in queries:
        f.write(json.dumps(q, ensure_ascii=False) + "\n")
print(len(articles), "articles", len(queries), "queries")
