using System.Text;

namespace EmailAuth.Samples.Tests.CustomMta;

/// <summary>What a postmaster finds of a message in the log, by what its sender was told.</summary>
[TestFixture(false)]
[TestFixture(true)]
public sealed class LogTests(bool tellsAddresses) : MtaTests(
    "--Smtp:MaxMessageOctets=100000", $"--EmailAuth:LogAddresses={tellsAddresses}", "--Logging:Console:FormatterOptions:IncludeScopes=true")
{
    private static readonly string Large = string.Concat(Enumerable.Repeat(new string('x', 98) + "\r\n", 1100));

    [TestCase("From: <ceo@good.example>\r\n\r\nPay.", "550 5.7.26 ", "DMARC fail of good.example: NoAuthenticatedIdentifier", TestName = "Refused by policy")]
    [TestCase("From: <a@lost.example>\r\n\r\nHello.", "451 4.7.0 ", "DMARC temperror of lost.example: ", TestName = "Deferred")]
    [TestCase("From: <a@good.example>\r\n\r\na\nb", "550 5.6.0 ", "A CR or LF alone (RFC 5321 section 2.3.8)", TestName = "A bare LF")]
    [TestCase("large", "552 5.3.4 ", "The message is larger than SIZE says", TestName = "Too large")]
    public async Task A_refused_message_is_found_by_the_id_in_the_reply(string message, string reply, string reason)
    {
        using var talk = await SmtpTalk.BeginAsync(Server, "<x@elsewhere.example>", "<reader@receiver.example>");
        var said = await talk.SendDataAsync(Encoding.ASCII.GetBytes(message == "large" ? "From: <a@good.example>\r\n\r\n" + Large : message));
        Assert.That(said, Does.StartWith(reply).And.EndsWith("]"));
        var id = said![(said.LastIndexOf('[') + 1)..^1];
        var line = await LineAsync($"{id}: refused with {reply.Trim()}: ");
        // The text for people is for logs that may tell addresses.
        Assert.That(line, tellsAddresses && reason.StartsWith("DMARC", StringComparison.Ordinal) ? Does.Contain("\"DMARC: ") : Does.Contain(reason));
        AssertAddresses(line, "x@elsewhere.example", "reader@receiver.example");
        if (reply != "550 5.6.0 " && reply != "552 5.3.4 ")
            Assert.That(await LineAsync(": DMARC ", id), Does.Contain("disposition"), "the verdict's own line");
    }

    [Test]
    public async Task A_chunk_that_is_refused_is_found_as_well()
    {
        using var talk = await SmtpTalk.BeginAsync(Server);
        await talk.SayAsync("BDAT 5\r\na\nb\r\n");
        var said = (await talk.HearAsync())!;
        Assert.That(said, Does.StartWith("550 5.6.0 ").And.EndsWith("]"));
        AssertAddresses(await LineAsync($"{said[(said.LastIndexOf('[') + 1)..^1]}: refused with 550 5.6.0: "), "a@good.example", "reader@receiver.example");
    }

    [TestCase("MAIL FROM:<big@elsewhere.example> SIZE=100001", "552 5.3.4", "FROM:<big@elsewhere.example> SIZE=100001", "")]
    [TestCase("MAIL FROM:<a@good.example>|RCPT TO:<nobody@receiver.example>", "550 5.1.1", "a@good.example", "TO:<nobody@receiver.example>")]
    [TestCase("MAIL FROM:<a@good.example>|RCPT TO:<x@else\"where.example>", "501 5.5.4", "a@good.example", "TO:<x@else?where.example>")]
    [TestCase("MAIL FROM:<a@good.example>|DATA", "554 5.5.1", "a@good.example", "")]
    public async Task A_refusal_before_there_is_a_message_is_found_by_the_connection(string commands, string reply, string mailFrom, string recipients)
    {
        using var talk = await SmtpTalk.GreetAsync(Server);
        string? said = null;
        foreach (var command in commands.Split('|'))
            said = await talk.AskAsync(command);
        Assert.That(said, Does.StartWith(reply));
        var line = await LineAsync($"{commands.Split('|')[^1][..4]}: refused with {reply}: ", tellsAddresses ? $"RCPT TO \"{recipients}\"" : "");
        Assert.That(line, Does.Match("connection [0-9A-Z]+"));
        AssertAddresses(line, mailFrom, recipients);
    }

    [Test]
    public async Task A_stored_message_is_found_by_the_id_in_the_reply_in_Received_and_in_the_name_of_its_file()
    {
        using var talk = await SmtpTalk.BeginAsync(Server);
        var said = await talk.SendDataAsync(MailWorld.Compose("a@good.example", "found"));
        Assert.That(said, Does.StartWith("250 2.0.0 Stored as "));
        var id = said!["250 2.0.0 Stored as ".Length..];
        AssertAddresses(await LineAsync($"{id}: stored in Inbox of 1 mailboxes, 0 forged fields removed; connection "), "a@good.example", "reader@receiver.example");
        Assert.That(await LineAsync(": DMARC pass", id), Does.Contain("good.example"));
        Assert.That(File.ReadAllText(Server.FilesOf("reader").Single(file => Path.GetFileName(file) == id)), Does.Contain($" id {id}\r\n"));
    }

    [Test]
    public async Task A_conversation_that_ends_in_the_middle_of_a_message_is_found()
    {
        using var talk = await SmtpTalk.BeginAsync(Server);
        Assert.That(await talk.AskAsync("BDAT x"), Does.StartWith("421 4.3.4 "));
        AssertAddresses(await LineAsync("BDAT: refused with 421 4.3.4: "), "a@good.example", "reader@receiver.example");
    }

    private void AssertAddresses(string line, string mailFrom, string recipients)
    {
        if (tellsAddresses)
            Assert.That(line, Does.EndWith($", client 127.0.0.1, HELO \"client.test\", MAIL FROM \"{mailFrom}\", RCPT TO \"{recipients}\""));
        else
            Assert.That(line, Does.Not.Contain("127.0.0.1").And.Not.Contain("client.test").And.Not.Contain("@").And.Not.Contain("client "));
    }

    /// <summary>The line with these texts, once it is there: the log is written in the background.</summary>
    private async Task<string> LineAsync(params string[] texts)
    {
        for (var i = 0; i < 200; i++)
        {
            if (Server.Log.Split('\n').FirstOrDefault(line => texts.All(text => line.Contains(text, StringComparison.Ordinal))) is { } line)
                return line;
            await Task.Delay(25);
        }
        throw new AssertionException($"No line has {string.Join(" and ", texts)}:\n{Server.Log}");
    }
}
