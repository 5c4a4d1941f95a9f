using EmailAuth.Dkim;
using EmailAuth.Dmarc;
using EmailAuth.Dns;
using EmailAuth.Message;
using EmailAuth.Signatures;
using EmailAuth.Spf;

namespace EmailAuth.Benchmarks.Loop;

/// <summary>What is repeated: one operation on one message that is in memory.</summary>
internal abstract class LoopSubject(string message, int length)
{
    /// <summary>Whose work it is.</summary>
    public virtual string Peer => "emailauth";

    /// <summary>How results name it.</summary>
    public string Message => message;

    /// <summary>Octets of the message.</summary>
    public int Length => length;

    /// <summary>How the last run ended.</summary>
    public abstract string Verdict { get; }

    public abstract ValueTask RunAsync();

    public static string NameOf(string path) => Path.GetFileNameWithoutExtension(path);

    /// <summary>A zone in memory behind a cache, as a server has it.</summary>
    public static CachingDnsResolver OpenZone(LoopArguments arguments) => new(ZoneDnsResolver.Load(arguments.Zone));

    /// <summary>One for each message, or one alone where there is none.</summary>
    public static List<LoopSubject> Create(LoopArguments arguments)
    {
        switch (arguments.Mode)
        {
            case "dkim":
                var verifier = new DkimVerifier(OpenZone(arguments));
                return [.. arguments.Messages.Select(path => new DkimSubject(verifier, NameOf(path), File.ReadAllBytes(path)))];
            case "verdict":
                var (session, ofVerdict) = arguments.Split("IP,HELO,SENDER");
                var authenticator = new EmailAuthenticator(OpenZone(arguments));
                return [.. ofVerdict.Messages.Select(path => new VerdictSubject(authenticator, LoopArguments.ToSession(session), NameOf(path), File.ReadAllBytes(path)))];
            case "spf":
                var (envelope, ofSpf) = arguments.Split("IP,HELO,SENDER");
                if (ofSpf.Rest.Length > 0)
                    throw new LoopException("the mode spf takes no messages");
                return [new SpfSubject(new SpfEvaluator(OpenZone(arguments)), LoopArguments.ToSession(envelope))];
            case "sign":
                var (key, ofSigning) = arguments.Split("KEYFILE,DOMAIN,SELECTOR");
                var signer = SignSubject.Prepare(key);
                return [.. ofSigning.Messages.Select(path => new SignSubject(signer, NameOf(path), File.ReadAllBytes(path)))];
            case "bare":
                using (var keysOfFloor = OpenZone(arguments))
                    return [.. arguments.Messages.Select(path => new VerifyFloor(keysOfFloor, NameOf(path), File.ReadAllBytes(path)))];
            case "mimekit":
                var keys = new ZoneKeys(OpenZone(arguments));
                return [.. arguments.Messages.Select(path => new MimeKitSubject(keys, NameOf(path), File.ReadAllBytes(path)))];
            default:
                throw new LoopException($"\"{arguments.Mode}\" cannot be repeated; expected dkim, verdict, spf, sign, bare or mimekit");
        }
    }
}

/// <summary>Parses a message and verifies all its signatures.</summary>
internal sealed class DkimSubject(DkimVerifier verifier, string message, byte[] octets) : LoopSubject(message, octets.Length)
{
    private System.Collections.Immutable.ImmutableArray<DkimResult> _results = [];

    public override string Verdict => IsPass(_results) ? "pass" : "fail";

    /// <summary>Whether there is a signature, and all pass.</summary>
    public static bool IsPass(System.Collections.Immutable.ImmutableArray<DkimResult> results) =>
        !results.IsEmpty && results.All(static result => result.Status == DkimStatus.Pass);

    public override ValueTask RunAsync()
    {
        var run = verifier.VerifyAsync(EmailMessage.FromBytes(octets));
        if (!run.IsCompletedSuccessfully)
            return WaitAsync(run);
        _results = run.Result;
        return default;
    }

    private async ValueTask WaitAsync(ValueTask<System.Collections.Immutable.ImmutableArray<DkimResult>> run) => _results = await run;
}

/// <summary>Parses a message, judges it by SPF, DKIM, ARC and DMARC, and makes the Authentication-Results field.</summary>
internal sealed class VerdictSubject(EmailAuthenticator authenticator, SmtpSession session, string message, byte[] octets) : LoopSubject(message, octets.Length)
{
    private VerificationResult? _result;
    private HeaderField? _field;

    public override string Verdict => _field is not null && IsPass(_result!) ? "pass" : "fail";

    /// <summary>Whether SPF, all signatures and DMARC pass.</summary>
    public static bool IsPass(VerificationResult result) =>
        result.Spf.Status == SpfStatus.Pass && DkimSubject.IsPass(result.Dkim) && result.Dmarc.Status == DmarcStatus.Pass;

    public override ValueTask RunAsync()
    {
        var run = authenticator.VerifyAsync(EmailMessage.FromBytes(octets), session);
        if (!run.IsCompletedSuccessfully)
            return WaitAsync(run);
        Finish(run.Result);
        return default;
    }

    private async ValueTask WaitAsync(ValueTask<VerificationResult> run) => Finish(await run);

    private void Finish(VerificationResult result)
    {
        _result = result;
        _field = result.ToAuthenticationResults("mx.example.net");
    }
}

/// <summary>One SPF check.</summary>
internal sealed class SpfSubject(SpfEvaluator evaluator, SmtpSession session) : LoopSubject("spf-5-includes", 0)
{
    private SpfResult? _result;

    public override string Verdict => _result!.Status.ToKeyword();

    public override ValueTask RunAsync()
    {
        var run = evaluator.CheckMailFromAsync(session.ClientAddress!, session.Helo, session.MailFrom);
        if (!run.IsCompletedSuccessfully)
            return WaitAsync(run);
        _result = run.Result;
        return default;
    }

    private async ValueTask WaitAsync(ValueTask<SpfResult> run) => _result = await run;
}

/// <summary>Parses a message and signs it. That the signature is good is found out when the verdict is asked for.</summary>
internal sealed class SignSubject(SignSubject.Prepared prepared, string message, byte[] octets) : LoopSubject(message, octets.Length)
{
    private HeaderField? _field;

    /// <summary>A signer, and the zone that publishes its key.</summary>
    internal sealed record Prepared(SigningKey Key, DkimSigner Signer, ZoneDnsResolver Zone);

    public override string Verdict
    {
        get
        {
            byte[] signed = [.. _field!.RawOctets.Span, .. octets];
            return new DkimVerifier(prepared.Zone).VerifyAsync(EmailMessage.FromBytes(signed)).AsTask().GetAwaiter().GetResult()[0].Status == DkimStatus.Pass ? "pass" : "fail";
        }
    }

    public static Prepared Prepare(string[] keyDomainSelector)
    {
        if (!File.Exists(keyDomainSelector[0]))
            throw new LoopException($"there is no key file \"{keyDomainSelector[0]}\"");
        var key = SigningKey.Load(keyDomainSelector[0]);
        if (!DomainName.TryParse(keyDomainSelector[1], out var domain))
            throw new LoopException($"\"{keyDomainSelector[1]}\" is no domain");
        var signer = new DkimSigner(new DkimSignerOptions { Domain = domain, Selector = keyDomainSelector[2], Key = key });
        return new Prepared(key, signer, ZoneDnsResolver.Parse(DkimKeyRecord.FromKey(key).ToMasterFile(domain, keyDomainSelector[2])));
    }

    public override ValueTask RunAsync()
    {
        var run = prepared.Signer.SignAsync(EmailMessage.FromBytes(octets));
        if (!run.IsCompletedSuccessfully)
            return WaitAsync(run);
        _field = run.Result;
        return default;
    }

    private async ValueTask WaitAsync(ValueTask<HeaderField> run) => _field = await run;
}
