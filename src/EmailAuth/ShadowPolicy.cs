namespace EmailAuth;

/// <summary>
/// Other options that a message is judged by beside those that count, from the same evidence and without a further DNS question: to see what a change of
/// policy would do before it is made. See <see cref="EmailAuthenticatorOptions.ShadowPolicies"/>. Make it of the options that count, <c>main with { Dkim = … }</c>:
/// whatever is not the same differs, a check of the HELO name or of the reverse name too.
/// </summary>
/// <param name="Name">What it is called in results and metrics, such as <c>minimum RSA 2048</c>.</param>
/// <param name="Options">How it judges. Its clock, its observer and its own shadow policies are not used.</param>
public sealed record ShadowPolicy(string Name, EmailAuthenticatorOptions Options)
{
    /// <summary>What it is called in results and metrics.</summary>
    public string Name { get; init => field = value ?? throw new ArgumentNullException(nameof(Name)); } = Name ?? throw new ArgumentNullException(nameof(Name));

    /// <summary>How it judges.</summary>
    public EmailAuthenticatorOptions Options { get; init => field = value ?? throw new ArgumentNullException(nameof(Options)); } = Options ?? throw new ArgumentNullException(nameof(Options));
}
