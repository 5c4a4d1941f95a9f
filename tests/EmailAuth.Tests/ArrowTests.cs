using Mono.Cecil;
using Mono.Cecil.Cil;

namespace EmailAuth.Tests;

/// <summary>The rooms of the house and who may know whom, read from the compiled assembly: signatures and method bodies.</summary>
public class ArrowTests
{
    private static readonly Dictionary<string, string[]> MayKnow = new()
    {
        ["Syntax"] = [],
        ["Dns"] = ["Syntax"],
        ["Message"] = ["Syntax", "Dns"],
        ["Signatures"] = ["Syntax", "Dns", "Message"],
        ["AuthResults"] = ["Syntax", "Dns", "Message"],
        ["Spf"] = ["Syntax", "Dns", "Message"],
        ["Dkim"] = ["Syntax", "Dns", "Message", "Signatures"],
        ["Arc"] = ["Syntax", "Dns", "Message", "Signatures", "AuthResults"],
        ["Dmarc"] = ["Syntax", "Dns", "Message"],
        ["Iprev"] = ["Syntax", "Dns", "Message"],
        [""] = ["Syntax", "Dns", "Message", "Signatures", "AuthResults", "Spf", "Dkim", "Arc", "Dmarc", "Iprev"],
    };

    /// <summary>What only one room may name, by the beginning of the full name.</summary>
    private static readonly (string Prefix, string Room)[] OnlyIn =
    [
        ("System.Security.Cryptography", "Signatures"),
        ("Org.BouncyCastle", "Signatures"),
        ("DnsClient", "Dns"),
        ("BitFaster", "Dns"),
        ("System.Net.Sockets.Socket", "Dns"),
    ];

    /// <summary>The types through which a room may see another that is closed to it otherwise.</summary>
    private static readonly (string From, string Type)[] Doors = [("Message", "EmailAuth.Dns.DomainName")];

    [Test]
    public void No_room_knows_more_than_it_may()
    {
        using var assembly = AssemblyDefinition.ReadAssembly(typeof(EmailAuth.Dns.DomainName).Assembly.Location);
        var forbidden = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var type in assembly.MainModule.GetTypes())
        {
            if (RoomOf(type.FullName) is not { } room)
                continue;
            Assert.That(MayKnow, Does.ContainKey(room), $"{type.FullName} stands in a room that the house does not have.");
            foreach (var used in TypesUsedBy(type))
            {
                if (IsForbidden(room, used))
                    forbidden.Add($"{type.FullName} uses {used}");
            }
        }
        Assert.That(forbidden, Is.Empty);
    }

    private static bool IsForbidden(string room, string used)
    {
        foreach (var (prefix, only) in OnlyIn)
        {
            if (used == prefix || used.StartsWith(prefix + ".", StringComparison.Ordinal))
                return room != only;
        }
        if (RoomOf(used) is not { } usedRoom || usedRoom == room)
            return false;
        if (!MayKnow[room].Contains(usedRoom))
            return true;
        return Doors.Any(door => door.From == room && usedRoom == RoomOf(door.Type))
            && !Doors.Any(door => door.From == room && (used == door.Type || used.StartsWith(door.Type + "/", StringComparison.Ordinal)));
    }

    /// <summary>The part behind "EmailAuth." of the namespace, "" for the combiner, null for types of others.</summary>
    private static string? RoomOf(string fullName)
    {
        var outer = fullName.Split('/')[0];
        if (!outer.StartsWith("EmailAuth.", StringComparison.Ordinal))
            return null;
        var parts = outer.Split('.');
        return parts.Length == 2 ? "" : parts[1];
    }

    private static HashSet<string> TypesUsedBy(TypeDefinition type)
    {
        var used = new HashSet<string>(StringComparer.Ordinal);
        Add(type.BaseType);
        foreach (var implemented in type.Interfaces)
            Add(implemented.InterfaceType);
        foreach (var field in type.Fields)
            Add(field.FieldType);
        foreach (var method in type.Methods)
        {
            Add(method.ReturnType);
            foreach (var parameter in method.Parameters)
                Add(parameter.ParameterType);
            if (!method.HasBody)
                continue;
            foreach (var variable in method.Body.Variables)
                Add(variable.VariableType);
            foreach (var instruction in method.Body.Instructions)
                AddOperand(instruction);
        }
        return used;

        void AddOperand(Instruction instruction)
        {
            switch (instruction.Operand)
            {
                case TypeReference reference:
                    Add(reference);
                    break;
                case MethodReference method:
                    Add(method.DeclaringType);
                    Add(method.ReturnType);
                    foreach (var parameter in method.Parameters)
                        Add(parameter.ParameterType);
                    if (method is GenericInstanceMethod generic)
                        generic.GenericArguments.ToList().ForEach(Add);
                    break;
                case FieldReference field:
                    Add(field.DeclaringType);
                    Add(field.FieldType);
                    break;
            }
        }

        void Add(TypeReference? reference)
        {
            switch (reference)
            {
                case null or GenericParameter:
                    return;
                case GenericInstanceType generic:
                    generic.GenericArguments.ToList().ForEach(Add);
                    Add(generic.ElementType);
                    return;
                case TypeSpecification specification:
                    Add(specification.ElementType);
                    return;
                default:
                    used.Add(reference.FullName);
                    return;
            }
        }
    }
}
