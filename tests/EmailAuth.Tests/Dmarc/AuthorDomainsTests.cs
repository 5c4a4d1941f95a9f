using System.Text;
using EmailAuth.Dmarc;
using EmailAuth.Message;

namespace EmailAuth.Tests.Dmarc;

[Rfc(9989, "5.3.1")]
public class AuthorDomainsTests
{
    private static AuthorDomains Of(string header, DmarcLimits? limits = null) =>
        AuthorDomains.Read(HeaderBlock.Parse(Encoding.UTF8.GetBytes(header), MessageLimits.Default), limits ?? DmarcLimits.Default);

    private static string Text(AuthorDomains authors) => $"{authors.Problem?.ToString() ?? "ok"} {string.Join(' ', authors.Domains)}".TrimEnd();

    [Pin("M9")]
    [TestCase("From: a@example.com\r\n", "ok example.com")]
    [TestCase("Subject: x\r\nFROM: a@example.com\r\nTo: b@example.net\r\n", "ok example.com")]
    [TestCase("From: a@example.com, b@example.com\r\n", "ok example.com")]
    [TestCase("From: a@example.com, b@example.net\r\n", "ok example.com example.net")]
    [TestCase("From: Staff: a@example.com, b@example.com;\r\n", "ok example.com")]
    [TestCase("From: a@1.test,b@2.test,c@3.test,d@4.test,e@5.test\r\n", "ok 1.test 2.test 3.test 4.test 5.test")]
    [TestCase("From: a@1.test,b@2.test,c@3.test,d@4.test,e@5.test,f@6.test\r\n", "TooManyAuthorDomains 1.test 2.test 3.test 4.test 5.test 6.test")]
    [TestCase("Subject: x\r\n", "NoFromField")]
    [TestCase("", "NoFromField")]
    [TestCase("From: a@example.com\r\nFrom: b@example.net\r\n", "SeveralFromFields example.com example.net")]
    [TestCase("From: a@example.com\r\nfrom: a@example.com\r\n", "SeveralFromFields example.com")]
    [TestCase("From: Nobody:;\r\n", "NoMailbox")]
    [TestCase("From:\r\n", "FromNotParsable")]
    [TestCase("From: a@example.com, b\r\n", "FromNotParsable example.com")]
    [TestCase("From: b, a@example.com\r\n", "FromNotParsable example.com")]
    public void The_domains_of_the_field_are_read_in_order(string header, string expected) =>
        Assert.That(Text(Of(header)), Is.EqualTo(expected));

    [Pin("M14")]
    [TestCase("From: a@EXAMPLE.Com\r\n", "ok example.com")]
    [TestCase("From: a@example.com.\r\n", "ok example.com")]
    [TestCase("From: a@bücher.example\r\n", "ok xn--bcher-kva.example")]
    [TestCase("From: a@bücher.EXAMPLE, b@xn--bcher-kva.example\r\n", "ok xn--bcher-kva.example")]
    [TestCase("From: a@BÜCHER.example\r\n", "InvalidDomain xn--bcher-kva.example", Description = "Only ASCII is folded: Ü is in no U-label. Others show it all the same.")]
    [TestCase("From: a@[192.0.2.1]\r\n", "AddressLiteral")]
    [TestCase("From: a@[IPv6:2001:db8::1]\r\n", "AddressLiteral")]
    [TestCase("From: a@[192.0.2.1], b@example.com\r\n", "AddressLiteral example.com")]
    [TestCase("From: a@localhost\r\n", "SingleLabelDomain")]
    [TestCase("From: a@com, b@example.com\r\n", "SingleLabelDomain example.com")]
    [TestCase("From: a@192.0.2.1\r\n", "AddressLiteral", Description = "Four labels of digits are no name that anybody has.")]
    [TestCase("From: a@exa!mple.com\r\n", "InvalidDomain")]
    [TestCase("From: a@exa'mple.com, b@example.net\r\n", "InvalidDomain example.net")]
    public void A_domain_is_taken_as_dns_knows_it(string header, string expected) =>
        Assert.That(Text(Of(header)), Is.EqualTo(expected));

    [Attack("M11")]
    [TestCase("example\u3002com")]
    [TestCase("\uFF45\uFF58ample.com")]
    [TestCase("\u2100.example")]
    [TestCase("exam\u00ADple.com")]
    [TestCase("exam\u200Dple.com")]
    [Attack("P7")]
    [TestCase("exam\u00A0ple.com")]
    [TestCase("\u2003example.com")]
    [TestCase("example.com\u0085")]
    public void A_domain_that_idna_would_have_to_map_is_refused(string domain) =>
        Assert.That(Of($"From: a@{domain}\r\n").Problem, Is.EqualTo(DmarcReason.InvalidDomain));

    [Attack("M2")]
    [TestCase("From: a@legit.test\r\nFrom: b@attack.test\r\n", "SeveralFromFields legit.test attack.test")]
    [TestCase(" From: a@legit.test\r\nFrom: b@attack.test\r\n", "SeveralFromFields legit.test attack.test")]
    [TestCase("From : a@legit.test\r\nFrom: b@attack.test\r\n", "SeveralFromFields legit.test attack.test")]
    [TestCase("From\r\n : a@legit.test\r\nFrom: b@attack.test\r\n", "SeveralFromFields legit.test attack.test")]
    [TestCase("From \t: a@legit.test\r\n", "ok legit.test")]
    [TestCase(" From: a@legit.test\r\n", "FromNotParsable legit.test")]
    [TestCase("From\r\n : a@legit.test\r\n", "FromNotParsable legit.test")]
    [TestCase("Sender: a@legit.test\r\n", "NoFromField")]
    [TestCase("Resent-From: a@legit.test\r\n", "NoFromField")]
    [TestCase("Subject: x\r\n From: a@legit.test\r\nFrom: b@attack.test\r\n", "ok attack.test", Description = "A fold is part of its field.")]
    [TestCase("X: y\nFrom: a@legit.test\r\nFrom: b@attack.test\r\n", "SeveralFromFields attack.test legit.test")]
    [TestCase("X: y\rFrom : a@legit.test\r\nFrom: b@attack.test\r\n", "SeveralFromFields attack.test legit.test")]
    [TestCase("X: y\nFromage: a@legit.test\r\nFrom: b@attack.test\r\n", "ok attack.test")]
    public void What_another_program_may_take_for_a_from_field_counts(string header, string expected) =>
        Assert.That(Text(Of(header)), Is.EqualTo(expected));

    [Attack("M2")]
    [Attack("P5")]
    [TestCase("\0From: a@example.com\r\n", "FromNotParsable example.com")]
    [TestCase("Fro\u200Bm: a@example.com\r\n", "FromNotParsable example.com")]
    [TestCase("\uFEFFFrom: a@legit.test\r\nFrom: b@attack.test\r\n", "SeveralFromFields legit.test attack.test")]
    [TestCase("From: b@attack.test\r\nFrom\f: a@legit.test\r\n", "SeveralFromFields attack.test legit.test")]
    [TestCase("From: b@attack.test\r\nX: y\nFr\0om: a@legit.test\r\n", "SeveralFromFields attack.test legit.test")]
    public void A_from_field_disguised_by_other_octets_in_its_name_counts_but_never_passes(string header, string expected) =>
        Assert.That(Text(Of(header)), Is.EqualTo(expected));

    [Attack("P5")]
    [TestCase(": a@example.com\r\n")]
    [TestCase("Fr\u00F6m: a@example.com\r\n")]
    [TestCase("Fro\u200Bma: a@example.com\r\n")]
    public void What_has_no_field_name_is_no_from_field(string header) =>
        Assert.That(Of(header).Problem, Is.EqualTo(DmarcReason.NoFromField));

    [Attack("M1")]
    [TestCase("From: <a@attack.test>, <admin@legit.test>\r\n", "ok attack.test legit.test")]
    [Attack("M3")]
    [TestCase("From: =?utf-8?B?PGFkbWluQGxlZ2l0LmNvbT4=?=,<second@attack.test>\r\n", "FromNotParsable attack.test legit.com")]
    [TestCase("From: <@attack.test,@any.test:admin@legit.test>\r\n", "FromNotParsable attack.test any.test legit.test")]
    [TestCase("From: <admin@legit.test>\\,<second@attack.test>\r\n", "FromNotParsable legit.test attack.test")]
    [TestCase("From: admin@legit.test,<second@attack.test>\r\n", "ok legit.test attack.test")]
    [TestCase("From: <any@attack.test>admin@legit.test\r\n", "FromNotParsable attack.test legit.test")]
    [TestCase("From: \"admin@legit.test\" <any@attack.test>\r\n", "ok attack.test")]
    [TestCase("From: admin@legit.test <any@attack.test>\r\n", "FromNotParsable legit.test attack.test")]
    [TestCase("From: (x) <any@attack.test> (admin@legit.test)\r\n", "ok attack.test")]
    [Attack("P8")]
    [TestCase("From: a@evil.test <b@good.test>\r\n", "FromNotParsable evil.test good.test")]
    [Attack("M4")]
    [TestCase("From: a@x.test, b\r\n", "FromNotParsable x.test")]
    [TestCase("From: b\r\n", "FromNotParsable")]
    [TestCase("From: a@\r\n", "FromNotParsable")]
    public void A_crafted_field_never_names_a_wrong_author(string header, string expected) =>
        Assert.That(Text(Of(header)), Is.EqualTo(expected));

    [Rfc(9989, "11.5")]
    [Attack("M3")]
    [TestCase("ceo@example(x).com")]
    [TestCase("CEO <ceo@example(x).com>")]
    [TestCase("CEO <ceo@example (x).com>")]
    [TestCase("ceo@example.(x)com")]
    [TestCase("ceo@(x)example(y).com")]
    [TestCase("ceo@example(a.b).com")]
    [TestCase("ceo@example(x(y)\\)z).com")]
    [TestCase("ceo@example(x)(y)\r\n .(z) com")]
    [TestCase("\"(\" <ceo@example(x).com> \")\"")]
    [TestCase("\" <ceo@example(x).com>")]
    [TestCase("( <ceo@example(x).com>")]
    [TestCase("CEO <ceo@.example.com>")]
    [TestCase("ceo@\"example.com\"")]
    [TestCase("CEO <ceo@\"example\".com>")]
    [TestCase("ceo@[example.com]")]
    [TestCase("CEO <ceo@[ example.com ]>")]
    [TestCase("ceo@example\\.com")]
    [TestCase("ceo@\\example.c\\om")]
    [TestCase("ceo@exam(x)ple.com")]
    [TestCase("CEO <ceo@(y)exam(x)(z)ple.c(\")om>")]
    [TestCase("ceo@=?utf-8?q?example?=.com")]
    [TestCase("ceo@=?utf-8?Q?ex=61mple=2Ecom?=")]
    [TestCase("CEO <ceo@=?us-ascii?B?ZXhhbXBsZS5jb20=?=>")]
    [TestCase("=?utf-8?q?ceo=40example=2Ecom?=")]
    [TestCase("CEO <=?utf-8?q?ceo=40example?=.com>")]
    [TestCase("group: =?utf-8?b?Y2VvQGV4YW1wbGUuY29t?=")]
    [TestCase("=?utf-8?q?x=40y=40example=2Ecom?=evil.test")]
    [TestCase("ceo@=?utf-8?b?ZXhhbXBsZS5jb20=?=evil.test")]
    [TestCase("ceo@=?utf-8?q?ceo=40example=2Ecom?=evil.test")]
    [TestCase("ceo@exam(x)=?utf-8?q?ple.com?=evil.test")]
    [Attack("M11")]
    [TestCase("ceo@example\u3002com")]
    [TestCase("ceo@example\uFF0Ecom")]
    [TestCase("ceo@example\uFF61com")]
    [TestCase("ceo@\uFF45\uFF38\uFF21mple.com")]
    [TestCase("ceo@exam\u00ADple.com")]
    [TestCase("ceo@example\u200B.com")]
    [TestCase("ceo@example(x)\u3002com")]
    [TestCase("ceo@exam\uFE0Fple.com")]
    [TestCase("ceo@\U0001D41Example.com")]
    public void A_domain_that_is_shown_to_people_decides_though_the_field_is_no_good(string field)
    {
        var authors = Of($"From: {field}\r\n");
        Assert.That(authors.Problem, Is.Not.Null);
        Assert.That(authors.Domains.Select(static domain => domain.ToString()), Does.Contain("example.com"));
    }

    [Attack("M3")]
    [TestCase("ceo@example(@attack.test).com", "SingleLabelDomain attack.test example.com")]
    [TestCase("ceo@(example.com", "FromNotParsable example.com")]
    [TestCase("ceo@example(x), b@good.test", "SingleLabelDomain good.test")]
    [TestCase("ceo@=?utf-8?q?localhost?=", "InvalidDomain")]
    public void Only_what_stands_behind_an_at_sign_is_shown(string field, string expected) =>
        Assert.That(Text(Of($"From: {field}\r\n")), Is.EqualTo(expected));

    [Test]
    [Attack("H7")]
    public void Comments_in_domains_take_time_in_proportion_to_their_length()
    {
        const int many = 100_000;
        var limits = new MessageLimits { MaxFieldBytes = 1 << 20, MaxHeaderBytes = 1 << 20 };
        foreach (var field in (string[])[Repeated("a@("), Repeated("a@(") + Repeated(")"), Repeated("(\"@"), Repeated("@\"(\\"), Repeated("@=?u?q?"), Repeated("()@ "), Repeated("=?u?q?@?="), $"=?u?q?{new string('@', 240)}?={new string(' ', many)}", Repeated("=?u?q?@") + "?="])
        {
            var header = HeaderBlock.Parse(Encoding.UTF8.GetBytes($"From: {field} <ceo@example(x).com>\r\n"), limits);
            Assert.That(AuthorDomains.Read(header, DmarcLimits.Default).Problem, Is.EqualTo(DmarcReason.FromNotParsable).Or.EqualTo(DmarcReason.InvalidDomain));
        }

        static string Repeated(string text) => string.Concat(Enumerable.Repeat(text, many));
    }

    [Test]
    public void Sixteen_mailboxes_are_read_and_no_more()
    {
        Assert.That(Of($"From: {Mailboxes(16)}\r\n").Problem, Is.Null);
        Assert.That(Of($"From: {Mailboxes(16)}\r\n").MailboxCount, Is.EqualTo(16));
        Assert.That(Of($"From: {Mailboxes(17)}\r\n").Problem, Is.EqualTo(DmarcReason.TooManyMailboxes));
        Assert.That(Of($"From: {Mailboxes(17)}\r\n", new DmarcLimits { MaxMailboxes = 17 }).Problem, Is.Null);

        static string Mailboxes(int count) => string.Join(',', Enumerable.Range(0, count).Select(number => $"a{number}@example.com"));
    }

    [Test]
    public void A_header_that_breaks_a_limit_has_no_author() =>
        Assert.That(AuthorDomains.Read(HeaderBlock.Defective(MessageDefect.TooManyFields, default, MessageLimits.Default), DmarcLimits.Default).Problem, Is.EqualTo(DmarcReason.HeaderNotRead));

    [Test]
    public void A_problem_says_where_and_what_would_be_right()
    {
        Assert.That(Of("From: a@example.com <b@example.com>\r\n").ProblemText, Does.Contain("octet 15").And.Contain("\",\" and an address"));
        Assert.That(Of("From: <@x.test:b@example.com>\r\n").ProblemText, Does.Contain("route"));
        Assert.That(Of("From: a@example.com\r\n").ProblemText, Is.Null);
    }

    [Test]
    public void A_domain_that_is_known_is_taken_unless_it_has_one_label()
    {
        Assert.That(Text(AuthorDomains.Of(EmailAuth.Dns.DomainName.Parse("example.com"))), Is.EqualTo("ok example.com"));
        Assert.That(Text(AuthorDomains.Of(EmailAuth.Dns.DomainName.Parse("com"))), Is.EqualTo("SingleLabelDomain"));
    }
}
