using System.Reflection;

namespace EmailAuth.Tests;

/// <summary>Rules of the house that hold for every public type.</summary>
public class PublicTypeTests
{
    private static readonly Type[] PublicTypes = typeof(EmailAuth.Dns.DomainName).Assembly.GetExportedTypes();

    [Test]
    public void Classes_are_sealed_or_abstract() =>
        Assert.That(PublicTypes.Where(type => type.IsClass && !type.IsSealed && !type.IsAbstract), Is.Empty);

    [Test]
    public void Zero_of_a_status_is_never_good_news()
    {
        var statuses = PublicTypes.Where(type => type.IsEnum && type.Name.EndsWith("Status", StringComparison.Ordinal)).ToList();
        Assert.That(statuses, Is.Not.Empty);
        Assert.That(statuses.Where(type => Enum.GetName(type, 0) is "Pass" or "NoError"), Is.Empty);
    }

    [Test]
    public void A_result_cannot_be_made_or_changed_by_hand()
    {
        var results = PublicTypes.Where(type => type.IsClass && type.Name.EndsWith("Result", StringComparison.Ordinal) && type.Namespace != "EmailAuth.AuthResults").ToList();
        Assert.That(results.SelectMany(type => type.GetConstructors()), Is.Empty);
        Assert.That(results.SelectMany(type => type.GetProperties()).Where(property => property.SetMethod is { IsPublic: true }).Select(property => $"{property.DeclaringType}.{property.Name}"), Is.Empty);
    }

    [Test]
    public void Nothing_public_is_mutable_and_static() =>
        Assert.That(PublicTypes.SelectMany(type => type.GetFields(BindingFlags.Public | BindingFlags.Static)).Where(field => !field.IsInitOnly && !field.IsLiteral), Is.Empty);
}
