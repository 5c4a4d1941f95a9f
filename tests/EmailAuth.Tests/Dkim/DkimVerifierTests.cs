using System.Text;
using EmailAuth.Dkim;
using EmailAuth.Dns;
using EmailAuth.Message;
using static EmailAuth.Tests.Dkim.TestMail;

namespace EmailAuth.Tests.Dkim;

[Rfc(6376, "6")]
public class DkimVerifierTests
{
    [Test]
    [CancelAfter(30_000)]
    public async Task Keys_are_asked_for_while_the_body_is_still_arriving(CancellationToken cancellationToken)
    {
        var signed = await SignAsync(Plain);
        var end = signed.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4;
        var asked = new TaskCompletionSource<DnsQuestion>(TaskCreationOptions.RunContinuationsAsynchronously);
        var answer = new TaskCompletionSource<DnsAnswer>(TaskCreationOptions.RunContinuationsAsynchronously);
        var verifier = new DkimVerifier(new GatedResolver(asked, answer.Task), new DkimVerifierOptions { TimeProvider = Clock });
        var writer = new MessageWriter();
        var verification = verifier.VerifyAsync(writer.Message, cancellationToken).AsTask();

        await writer.WriteAsync(Encoding.Latin1.GetBytes(signed[..end]), cancellationToken);
        Assert.That((await asked.Task).ToString(), Is.EqualTo("rsa._domainkey.example.com TXT"));
        await writer.WriteAsync(Encoding.Latin1.GetBytes(signed[end..]), cancellationToken);
        writer.Complete();
        Assert.That(verification.IsCompleted, Is.False);
        answer.SetResult(await Zone().QueryAsync(await asked.Task, cancellationToken));

        Assert.That((await verification).Single().Status, Is.EqualTo(DkimStatus.Pass));
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task Only_a_cancelled_call_throws()
    {
        var never = new TaskCompletionSource<DnsAnswer>();
        var asked = new TaskCompletionSource<DnsQuestion>();
        using var cancellation = new CancellationTokenSource();
        var verification = new DkimVerifier(new GatedResolver(asked, never.Task)).VerifyAsync(MessageOf(await SignAsync(Plain)), cancellation.Token).AsTask();
        await asked.Task;
        await cancellation.CancelAsync();
        var exception = await Assert.ThrowsAsync<OperationCanceledException>(() => verification);
        Assert.That(exception!.CancellationToken, Is.EqualTo(cancellation.Token));
    }

    [Test]
    public async Task Signatures_with_one_key_ask_for_it_once()
    {
        var zone = Zone();
        zone.LogQueries = true;
        var message = await SignAsync(await SignAsync(Plain));
        Assert.That((await VerifyAllAsync(message, zone)).Select(result => result.Status), Is.All.EqualTo(DkimStatus.Pass));
        Assert.That(zone.Queries, Has.Length.EqualTo(1));
    }

    [Test]
    public async Task A_message_without_a_signature_has_no_result_and_one_that_is_not_read_has_one()
    {
        Assert.That(await VerifyAllAsync(Plain), Is.Empty);
        Assert.That(await VerifyAllAsync(""), Is.Empty);
        var result = await VerifyAsync(await SignAsync(Plain), options: new DkimVerifierOptions { MessageLimits = new MessageLimits { MaxHeaderFields = 2 } });
        Assert.That((result.Status, result.Reason, result.FieldIndex), Is.EqualTo((DkimStatus.PermError, DkimReason.HeaderNotRead, -1)));
    }

    [Test]
    public async Task One_verifier_and_one_key_serve_many_threads()
    {
        var verifier = new DkimVerifier(Zone(), new DkimVerifierOptions { TimeProvider = Clock });
        var good = Encoding.Latin1.GetBytes(await SignAsync(Plain));
        var both = Encoding.Latin1.GetBytes(await SignAsync(await SignAsync(Plain), Options(Ed25519)));
        var bad = Encoding.Latin1.GetBytes((await SignAsync(Plain)) + "x");
        var statuses = new System.Collections.Concurrent.ConcurrentBag<string>();
        await Parallel.ForAsync(0, 600, new ParallelOptions { MaxDegreeOfParallelism = 16 }, async (i, cancellationToken) =>
        {
            var results = await verifier.VerifyAsync(EmailMessage.FromBytes((i % 3) switch { 0 => good, 1 => both, _ => bad }), cancellationToken);
            statuses.Add($"{i % 3} {string.Join(' ', results.Select(result => result.Status))}");
        });
        Assert.That(statuses.Distinct().Order(), Is.EqualTo(new[] { "0 Pass", "1 Pass Pass", "2 Fail" }));
    }

    [Test]
    public async Task A_result_keeps_nothing_of_the_messages_memory()
    {
        var octets = Encoding.Latin1.GetBytes(await SignAsync(Plain, Options() with { Identity = "ann@example.com" }));
        var result = (await new DkimVerifier(Zone(), new DkimVerifierOptions { TimeProvider = Clock }).VerifyAsync(EmailMessage.FromBytes(octets))).Single();
        var before = (result.Identity, result.Selector, result.SignatureText, string.Join(':', result.SignedFields));
        Array.Fill(octets, (byte)'?');
        Assert.That((result.Identity, result.Selector, result.SignatureText, string.Join(':', result.SignedFields)), Is.EqualTo(before));
        Assert.That(before.Identity, Is.EqualTo("ann@example.com"));
    }

    private sealed class GatedResolver(TaskCompletionSource<DnsQuestion> asked, Task<DnsAnswer> answer) : IDnsResolver
    {
        public async ValueTask<DnsAnswer> QueryAsync(DnsQuestion question, CancellationToken cancellationToken = default)
        {
            asked.TrySetResult(question);
            return await answer.WaitAsync(cancellationToken);
        }
    }
}
